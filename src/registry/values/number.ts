/**
 * Numbers on the wire. Integers, sizes (bytes) and durations (ms, above 0) are whole and exact in a double; durations are
 * also taken as people write them (`6h`, `90s`, `1m30s`).
 */
import type { NumberType } from '../../base/fields.ts'
import { parseDuration } from '../../base/duration.ts'
import type { Json } from '../../base/json.ts'
import type { Path, Problems } from './problems.ts'

/** A hundred years: longer is a mistake in the unit. */
export const DURATION_MS_MAX = 100 * 365 * 86_400_000

export function normalizeNumber(type: NumberType, raw: Json, path: Path, problems: Problems): number | undefined {
  const value = type.format === 'duration' && typeof raw === 'string' ? durationOf(raw, path, problems) : raw
  if (value === undefined) return undefined
  if (typeof value !== 'number') {
    problems.patch(
      path,
      type.format === 'duration' ? 'must be milliseconds or a text such as "6h".' : 'must be a number.',
    )
    return undefined
  }
  const whole = type.format !== 'float'
  if (whole ? !Number.isSafeInteger(value) : !Number.isFinite(value)) {
    problems.invalid(path, value, whole ? 'must be a whole number that fits 53 bits.' : 'must be a finite number.')
    return undefined
  }
  const min = type.min ?? smallest(type)
  const max = type.max ?? (type.format === 'duration' ? DURATION_MS_MAX : Infinity)
  if (value < min) {
    problems.limit(path, 'MinValue', min, `must be at least ${min}${unit(type)}.`)
    return undefined
  }
  if (value > max) {
    problems.limit(path, 'MaxValue', max, `must be at most ${max}${unit(type)}.`)
    return undefined
  }
  // -0 is 0 for everybody but Object.is.
  return value + 0
}

function durationOf(text: string, path: Path, problems: Problems): number | undefined {
  const ms = text.length <= DURATION_CHARS_MAX ? parseDuration(text) : null
  if (ms !== null) return ms
  problems.invalid(path, text, 'must be milliseconds or a text such as "6h", "90s" or "1m30s".')
  return undefined
}
const DURATION_CHARS_MAX = 60

function smallest({ format }: NumberType): number {
  if (format === 'duration') return 1
  return format === 'unsignedInteger' || format === 'size' ? 0 : -Infinity
}

function unit({ format }: NumberType): string {
  if (format === 'duration') return ' ms'
  return format === 'size' ? ' bytes' : ''
}
