/** The limits of an account or a tenant. */
import type { Json, JsonObject } from '../../../src/base/json.ts'
import { isJsonObject } from '../../../src/base/json.ts'

/** null: no limit. */
export function quotaOf(row: JsonObject, name: string): number | null {
  const quotas = row['quotas']
  const limit = isJsonObject(quotas) ? quotas[name] : undefined
  return typeof limit === 'number' ? limit : null
}

/** What is not told is none. */
export function amountOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0
}
