/** What a row of the server holds; a value of an unexpected form is none. */
import type { Json, JsonObject } from '../../../src/base/json.ts'
import { isJsonObject } from '../../../src/base/json.ts'

/** ms since 1970; null: it is none. */
export function moment(value: Json | undefined): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : NaN
  return Number.isNaN(ms) ? null : ms
}

export function amount(value: Json | undefined): number {
  return numberOrNull(value) ?? 0
}

export function numberOrNull(value: Json | undefined): number | null {
  return typeof value === 'number' ? value : null
}

export function text(value: Json | undefined): string {
  return textOrNull(value) ?? ''
}

export function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}

export function objectOrNull(value: Json | undefined): JsonObject | null {
  return isJsonObject(value) ? value : null
}
