import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode, RotaError } from '../../errors.ts'
import { fromPostgres, isSerialisationFailure } from './errors.ts'

const coded = (code: string, more: object = {}): Error => Object.assign(new Error('from the driver'), { code, ...more })

test('states and socket errors become errors that people can act on', () => {
  const cases = [
    ['53100', 'store/full'], ['08006', 'store/unavailable'], ['57P01', 'store/unavailable'], ['57014', 'store/unavailable'],
    ['ECONNREFUSED', 'store/unavailable'], ['28P01', 'config/invalid'], ['3D000', 'config/invalid'], ['40001', 'store/conflict'],
    ['40P01', 'store/conflict'], ['23505', 'store/conflict'],
  ] as const
  for (const [state, code] of cases) assert.ok(hasCode(fromPostgres(coded(state)), code), state)
  assert.ok(hasCode(fromPostgres(new Error('Connection terminated unexpectedly')), 'store/unavailable'))
})

test('an address with several hosts names what each said', () => {
  const error = Object.assign(new AggregateError([new Error('no v6'), new Error('no v4')], ''), { code: 'ECONNREFUSED' })
  assert.match(String(fromPostgres(error)), /no v6, no v4/)
})

test('everything else stays as it is', () => {
  for (const error of [coded('42601'), new RotaError('mail/over-quota', 'full'), new Error('plain'), 'text', null]) {
    assert.equal(fromPostgres(error), error)
  }
})

test('only what running again can cure is run again', () => {
  assert.ok(isSerialisationFailure(coded('40001')))
  assert.ok(isSerialisationFailure(coded('40P01')))
  assert.ok(isSerialisationFailure(coded('23505', { constraint: 'task_dedupe' })))
  assert.ok(!isSerialisationFailure(coded('23505', { constraint: 'task_pkey' })))
  assert.ok(!isSerialisationFailure(coded('57014')))
})
