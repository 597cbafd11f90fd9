/**
 * Objects that belong to an account (`owner` of their declaration). Whoever has not the permission for everybody's sees
 * and writes those of its own account; those of others are for it as if they were not there.
 */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { ownValue } from '../../base/json.ts'
import type { Principal } from '../method.ts'
import type { ObjectDefinition, Stored } from '../schema/object.ts'
import { refusal } from '../set-error.ts'
import type { Condition } from './backend.ts'

type Owned = Pick<ObjectDefinition, 'owner' | 'plural'>

/** Null for whoever is confined to nothing: the server itself (principal null), or a holder of the permission. */
function confinedTo({ owner }: Owned, principal: Principal | null): { property: string; accountId: Id } | null {
  if (owner === undefined || principal === null || principal.permissions.has(owner.everyones)) return null
  return { property: owner.property, accountId: principal.accountId }
}

/** Whether the caller may know of this object. */
export function isVisible(definition: Owned, { body }: Pick<Stored, 'body'>, principal: Principal | null): boolean {
  const own = confinedTo(definition, principal)
  return own === null || ownValue(body, own.property) === own.accountId
}

/** What a query of the caller is limited to. */
export function ownConditions(definition: Owned, principal: Principal): Condition[] {
  const own = confinedTo(definition, principal)
  return own === null ? [] : [{ property: own.property, comparison: '=', value: own.accountId }]
}

/** A creation that names no owner is the caller's. */
export function withOwner({ owner }: Owned, raw: JsonObject, principal: Principal | null): JsonObject {
  if (owner === undefined || principal === null || (ownValue(raw, owner.property) ?? null) !== null) return raw
  return { ...raw, [owner.property]: principal.accountId }
}

/** Throws when an object would be another account's after the write. */
export function refuseForeign(definition: Owned, next: JsonObject, principal: Principal | null): void {
  const own = confinedTo(definition, principal)
  if (own === null || ownValue(next, own.property) === own.accountId) return
  throw refusal(
    'forbidden',
    `${own.property} must be your own account; ${definition.plural} of others need the permission ${definition.owner?.everyones}.`,
    [own.property],
  )
}
