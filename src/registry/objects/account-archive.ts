/**
 * Destroyed accounts that may still come back: their objects, as they were, under `account-archive/<id>`. An account has data
 * in the store exactly as long as it is there or kept here; services/removal/README.md has all states. Secrets are in the
 * body as hashes; nothing reads it but the recovery.
 */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { KEYS } from '../key-families.ts'
import type { RegistryTx } from '../ports.ts'

const keyOf = (accountId: Id): string => KEYS.accountArchive.prefix + accountId

export async function keepAccount({ keys }: RegistryTx, accountId: Id, body: JsonObject): Promise<void> {
  await keys.put(keyOf(accountId), { body }, null)
}

/** The account as it was; null: it is not kept (any more). */
export async function keptAccount({ keys }: RegistryTx, accountId: Id): Promise<JsonObject | null> {
  const kept = await keys.get(keyOf(accountId))
  return kept === null ? null : kept['body'] as JsonObject
}

/** The account as it was, no longer kept; null: it is not kept (any more). */
export async function takeAccount(tx: RegistryTx, accountId: Id): Promise<JsonObject | null> {
  const kept = await keptAccount(tx, accountId)
  // Of two that take it, one removes it.
  return kept !== null && await forgetAccount(tx, accountId) ? kept : null
}

/** False when it was not kept. */
export function forgetAccount({ keys }: RegistryTx, accountId: Id): Promise<boolean> {
  return keys.remove(keyOf(accountId))
}

/** Whether the account is there or kept: else nothing may be written for it. */
export async function accountMayHaveData({ objects, keys }: RegistryTx, accountId: Id): Promise<boolean> {
  const [account] = await objects.get('Account', [accountId])
  return account !== undefined || await keys.get(keyOf(accountId)) !== null
}
