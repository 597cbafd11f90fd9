/** How many users, groups or domains a tenant has, of how many it may have; leads to them. */
import { Link } from '@tanstack/react-router'
import type { JsonObject } from '../../../../src/base/json.ts'
import type { Row } from '../../api/hooks.ts'
import { useCount } from '../../api/hooks.ts'
import { listAddress } from '../../lists/places.ts'
import { quotaOf } from '../../lists/quota.ts'
import { Used } from '../../parts/used.tsx'

export const HELD = {
  users: { object: 'Account', filter: { '@type': 'User' }, quota: 'maxAccounts' },
  groups: { object: 'Account', filter: { '@type': 'Group' }, quota: 'maxGroups' },
  domains: { object: 'Domain', filter: {}, quota: 'maxDomains' },
} as const satisfies Readonly<Record<string, { readonly object: string; readonly filter: JsonObject; readonly quota: string }>>

export function Held({ tenant, what, label }: { readonly tenant: Row; readonly what: keyof typeof HELD; readonly label: string }) {
  const { object, filter, quota } = HELD[what]
  const { data } = useCount(object, { memberTenantId: tenant.id, ...filter })
  const query = new URLSearchParams({ 'f.memberTenantId': tenant.id, ...Object.fromEntries(Object.entries(filter).map(([field, value]) => [`f.${field}`, value])) })
  return <Link to={`${listAddress(object)}?${query.toString()}`}>{data === undefined ? '…' : <Used used={data} limit={quotaOf(tenant, quota)} label={label} />}</Link>
}
