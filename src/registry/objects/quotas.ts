/** What accounts and tenants may have: limits by name, of which those that are not set do not hold. */
import type { EnumType, Field } from '../../base/fields.ts'
import { enumType, map } from '../../base/fields.ts'
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'

export const ACCOUNT_QUOTA = enumType('StorageQuota', [
  { name: 'maxEmails', label: 'Messages' },
  { name: 'maxDiskQuota', label: 'Bytes of stored mail' },
])
export const TENANT_QUOTA = enumType('TenantStorageQuota', [
  { name: 'maxAccounts', label: 'Users' },
  { name: 'maxGroups', label: 'Groups' },
  { name: 'maxDomains', label: 'Domains' },
  { name: 'maxDiskQuota', label: 'Bytes of stored mail' },
])
export type TenantQuota = NonNullable<(typeof TENANT_QUOTA)['_names']>
type Quota = NonNullable<(typeof ACCOUNT_QUOTA)['_names']> | TenantQuota

export function quotasField(of: EnumType, doc: string): Field<Readonly<Record<string, number>>> {
  return map<number>({ type: 'enum', enum: of }, { type: 'number', format: 'unsignedInteger' }, doc)
}

/** Of an account or a tenant; null: no limit. */
export function limitOf(body: JsonObject, quota: Quota): number | null {
  const quotas = ownValue(body, 'quotas')
  const limit = isJsonObject(quotas) ? ownValue(quotas, quota) : undefined
  return typeof limit === 'number' ? limit : null
}
