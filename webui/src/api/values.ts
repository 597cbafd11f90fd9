/** What a row of the server holds; a value of an unexpected form is none. */
import type { Json } from '../../../src/base/json.ts'

/** ms since 1970; null: it is none. */
export function moment(value: Json | undefined): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : NaN
  return Number.isNaN(ms) ? null : ms
}

export function amount(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0
}
