/** A second of the wire is a thousand milliseconds of the store: what a condition on a date means there. */
import type { Json } from '../../base/json.ts'
import type { Comparison } from '../ops/backend.ts'
import { DATE_MS_MAX, parseDate } from '../values/date.ts'

/** Inclusive, in ms since 1970. */
export interface DateRange { readonly min: number; readonly max: number }

const LAST_MS = DATE_MS_MAX + 999

/** `value`: a date in the canonical form. */
export function dateRange(comparison: Comparison, value: Json): DateRange {
  const from = parseDate(String(value)) ?? 0
  const to = from + 999
  switch (comparison) {
    case '=': return { min: from, max: to }
    case '>': return { min: to + 1, max: LAST_MS }
    case '>=': return { min: from, max: LAST_MS }
    case '<': return { min: 0, max: from - 1 }
    case '<=': return { min: 0, max: to }
  }
}

/** Null: no moment is in both. */
export function bothRanges(a: DateRange | undefined, b: DateRange): DateRange | null {
  const range = a === undefined ? b : { min: Math.max(a.min, b.min), max: Math.min(a.max, b.max) }
  return range.min > range.max ? null : range
}
