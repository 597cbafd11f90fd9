import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NumberType } from '../../base/fields.ts'
import type { Json } from '../../base/json.ts'
import { SetFailure } from '../set-error.ts'
import { DURATION_MS_MAX, normalizeNumber } from './number.ts'
import { Problems } from './problems.ts'

function read(type: Omit<NumberType, 'type'>, raw: Json): unknown {
  const problems = new Problems()
  const value = normalizeNumber({ type: 'number', ...type }, raw, ['delay'], problems)
  try {
    problems.refuse()
    return value
  } catch (error) {
    assert(error instanceof SetFailure)
    return error.error.validationErrors?.[0]?.type ?? error.error.type
  }
}

describe('numbers', () => {
  const cases: readonly [Omit<NumberType, 'type'>, Json, unknown][] = [
    [{ format: 'integer' }, -5, -5],
    [{ format: 'integer' }, 1.5, 'Invalid'],
    [{ format: 'integer' }, 2 ** 53, 'Invalid'],
    [{ format: 'integer' }, Infinity, 'Invalid'],
    [{ format: 'integer' }, '5', 'invalidPatch'],
    [{ format: 'integer' }, true, 'invalidPatch'],
    [{ format: 'integer' }, {}, 'invalidPatch'],
    [{ format: 'unsignedInteger' }, 0, 0],
    [{ format: 'unsignedInteger' }, -1, 'MinValue'],
    [{ format: 'unsignedInteger', min: 1 }, 0, 'MinValue'],
    [{ format: 'unsignedInteger', max: 9 }, 10, 'MaxValue'],
    [{ format: 'size' }, -1, 'MinValue'],
    [{ format: 'float', min: 1 }, 2, 2],
    [{ format: 'float', min: 1 }, 1.25, 1.25],
    [{ format: 'float', min: 1 }, 0.5, 'MinValue'],
    [{ format: 'float' }, NaN, 'Invalid'],
    [{ format: 'duration' }, 60_000, 60_000],
    [{ format: 'duration' }, '6h', 21_600_000],
    [{ format: 'duration' }, '90s', 90_000],
    [{ format: 'duration' }, '1m30s', 90_000],
    [{ format: 'duration' }, 0, 'MinValue'],
    [{ format: 'duration' }, '0s', 'MinValue'],
    [{ format: 'duration' }, -1, 'MinValue'],
    [{ format: 'duration' }, DURATION_MS_MAX + 1, 'MaxValue'],
    [{ format: 'duration' }, '6 hours', 'Invalid'],
    [{ format: 'duration' }, `${'9'.repeat(100)}h`, 'Invalid'],
    [{ format: 'duration' }, null, 'invalidPatch'],
  ]
  for (const [type, raw, expected] of cases) {
    it(`${type.format} ${JSON.stringify(raw).slice(0, 20)} → ${String(expected)}`, () => { assert.equal(read(type, raw), expected) })
  }

  it('have no negative zero', () => { assert.ok(Object.is(read({ format: 'float' }, -0), 0)) })
})
