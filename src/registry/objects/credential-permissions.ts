/** What a credential may do of what its account may do: all of it, all but some, or only some. It never adds anything. */
import type { EnumMember, Shape } from '../../base/fields.ts'
import { enumType, set, setMembers, shape, variants } from '../../base/fields.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'

export function credentialPermissionsShape(permissions: readonly EnumMember[]): Shape {
  const permission = { type: 'enum', enum: enumType('Permission', permissions) } as const
  const list = shape('CredentialPermissionsList', { permissions: set(permission, 'The permissions.') })
  return variants('CredentialPermissions', [
    { name: 'Inherit', label: 'Those of the account' },
    { name: 'Disable', label: 'Those of the account, but not these', shape: list },
    { name: 'Replace', label: 'Only these, as far as the account has them', shape: list },
  ])
}

/** `rule`: a stored CredentialPermissions. One that cannot be read leaves nothing. */
export function restrictedPermissions(
  ofAccount: ReadonlySet<string>,
  rule: Json | undefined,
): ReadonlySet<string> {
  if (!isJsonObject(rule)) return new Set()
  const named = namesIn(rule)
  switch (ownValue(rule, '@type')) {
    case 'Inherit': return ofAccount
    case 'Disable': return ofAccount.difference(named)
    case 'Replace': return ofAccount.intersection(named)
    default: return new Set()
  }
}

/**
 * Whether a credential with `rule` may do nothing that one with `other` may not, whatever the account may do now or later.
 * Of rules that cannot be read, no.
 */
export function staysWithin(rule: Json | undefined, other: Json | undefined): boolean {
  if (!isJsonObject(rule) || !isJsonObject(other)) return false
  const [type, otherType] = [ownValue(rule, '@type'), ownValue(other, '@type')]
  const [named, otherNamed] = [namesIn(rule), namesIn(other)]
  if (otherType === 'Inherit') return true
  if (otherType === 'Replace') return type === 'Replace' && named.isSubsetOf(otherNamed)
  if (otherType !== 'Disable') return false
  return type === 'Replace' ? named.isDisjointFrom(otherNamed) : type === 'Disable' && otherNamed.isSubsetOf(named)
}

function namesIn(rule: JsonObject): ReadonlySet<string> {
  const list = ownValue(rule, 'permissions')
  return new Set(isJsonObject(list) ? setMembers(list) : [])
}
