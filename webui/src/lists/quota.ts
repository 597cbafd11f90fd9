/** The limits of an account or a tenant. */
import type { JsonObject } from '../../../src/base/json.ts'
import { numberOrNull, objectOrNull } from '../api/values.ts'

/** null: no limit. */
export function quotaOf(row: JsonObject, name: string): number | null {
  return numberOrNull(objectOrNull(row['quotas'])?.[name])
}
