/**
 * What an account may do, and who may write it. Nobody gives away or takes over what he has not: to write an account one
 * must hold every permission that it has before and after. Nobody takes permissions from his own account or destroys
 * it: that is how people lock themselves out.
 */
import { setMembers } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import type { Stored, WriteContext } from '../schema/object.ts'
import type { RolePermissions, UserRole } from '../schema/permissions.ts'
import { refusal } from '../set-error.ts'
import type { SetFailure } from '../set-error.ts'
import { tenantOf } from './tenancy.ts'

/**
 * Those of the role, changed by the account's own list; names that this server does not know give nothing. A member of a
 * tenant has those of a user at most, whatever is stored.
 */
export function effectivePermissions(account: JsonObject, roles: RolePermissions): ReadonlySet<string> {
  const granted = grantedPermissions(account, roles)
  return tenantOf(account) === null ? granted : granted.intersection(roles.User)
}

function grantedPermissions(account: JsonObject, roles: RolePermissions): ReadonlySet<string> {
  if (account['@type'] !== 'User') return new Set()
  const role = typeOf(account['roles'])
  const ofRole = role !== null && Object.hasOwn(roles, role) ? roles[role as UserRole] : new Set<string>()
  const own = account['permissions']
  if (!isJsonObject(own) || typeOf(own) === 'Inherit') return ofRole
  const enabled = new Set(membersOf(own, 'enabledPermissions')).intersection(roles.Admin)
  const granted = typeOf(own) === 'Replace' ? enabled : ofRole.union(enabled)
  return granted.difference(new Set(membersOf(own, 'disabledPermissions')))
}

/** Nobody of a tenant gets a hand on what belongs to others, not even from an administrator. */
export function refuseTenantPower(next: JsonObject, roles: RolePermissions): void {
  const beyond = tenantOf(next) === null ? new Set<string>() : grantedPermissions(next, roles).difference(roles.User)
  if (beyond.size === 0) return
  throw refusal(
    'forbidden',
    `A member of a tenant may use its own things only, and this is more (${named(beyond)});`
    + ' choose the role User and grant no more, or leave memberTenantId empty.',
    ['roles', 'permissions'],
  )
}

export function refuseWrite(
  id: Id,
  next: JsonObject,
  before: JsonObject | null,
  roles: RolePermissions,
  { principal }: WriteContext,
): void {
  if (principal === null) return
  const after = effectivePermissions(next, roles)
  const had = before === null ? new Set<string>() : effectivePermissions(before, roles)
  const missing = after.union(had).difference(principal.permissions)
  if (missing.size > 0) throw beyond(missing)
  const lost = had.difference(after)
  if (id === principal.accountId && lost.size > 0) {
    throw refusal(
      'forbidden',
      `This would take permissions from your own account (${named(lost)}); ask another administrator.`,
    )
  }
}

export function refuseRemoval({ id, body }: Pick<Stored, 'id' | 'body'>, roles: RolePermissions, { principal }: WriteContext): void {
  if (principal === null) return
  if (id === principal.accountId) {
    throw refusal('forbidden', 'You are logged in with this account; ask another administrator to destroy it.')
  }
  const missing = effectivePermissions(body, roles).difference(principal.permissions)
  if (missing.size > 0) throw beyond(missing)
}

/** Of an account that may do more than who writes it. */
export function beyond(missing: ReadonlySet<string>): SetFailure {
  return refusal(
    'forbidden',
    `The account has permissions that you have not (${named(missing)}); ask somebody who has them.`,
  )
}

const NAMES_SHOWN_MAX = 3
/** For people: the first few names. */
export function named(permissions: ReadonlySet<string>, shownMax = NAMES_SHOWN_MAX): string {
  const names = [...permissions]
  return names.slice(0, shownMax).join(', ') + (names.length > shownMax ? ' and others' : '')
}

function typeOf(value: Json | undefined): string | null {
  const type = isJsonObject(value) ? ownValue(value, '@type') : null
  return typeof type === 'string' ? type : null
}

function membersOf(value: JsonObject, name: string): string[] {
  const members = ownValue(value, name)
  return isJsonObject(members) ? setMembers(members) : []
}
