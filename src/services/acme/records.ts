/**
 * What is kept between the runs of a renewal, so that any node goes on where another has stopped: keys of the store, written
 * before the authority hears of something, and again when it has answered.
 */
import { isJsonObject, ownValue } from '../../base/json.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Id } from '../../base/ids.ts'
import { acmeAccountKey } from '../../registry/objects/acme-provider.ts'
import { KEYS } from '../../registry/key-families.ts'
import type { RegistryTx } from '../../registry/ports.ts'

type KeysTx = Pick<RegistryTx, 'keys'>

/**
 * `url` null: it may have been asked for, and nobody has seen an answer. The key is secret. `since`: in ms since 1970, when it
 * was begun, or when its proofs were last seen on their way to where the authority looks.
 */
export interface OrderRecord {
  readonly providerId: Id
  readonly names: readonly string[]
  /** PEM, of the certificate. */
  readonly key: string
  readonly url: string | null
  readonly since: number
}
export interface AccountRecord { readonly url: string; readonly contact: readonly string[] }
/** The Certificate object that the next renewal replaces, and who has issued it. */
export interface ShelfRecord { readonly certificateId: Id; readonly providerId: Id }

export async function readOrder({ keys }: KeysTx, domainId: Id): Promise<OrderRecord | null> {
  const found = await keys.get(KEYS.acmeOrder.prefix + domainId)
  const { providerId, names, key, url, since } = found ?? {}
  if (typeof providerId !== 'string' || typeof key !== 'string' || typeof since !== 'number') return null
  return { providerId, names: texts(names), key, url: typeof url === 'string' ? url : null, since }
}

export function writeOrder({ keys }: KeysTx, domainId: Id, order: OrderRecord): Promise<void> {
  return keys.put(KEYS.acmeOrder.prefix + domainId, { ...order }, order.since + KEYS.acmeOrder.keptMs)
}

export async function removeOrder({ keys }: KeysTx, domainId: Id): Promise<void> {
  await keys.remove(KEYS.acmeOrder.prefix + domainId)
}

export async function readAccount({ keys }: KeysTx, providerId: Id): Promise<AccountRecord | null> {
  const found = await keys.get(acmeAccountKey(providerId))
  return typeof found?.['url'] === 'string' ? { url: found['url'], contact: texts(found['contact']) } : null
}

export function writeAccount({ keys }: KeysTx, providerId: Id, account: AccountRecord): Promise<void> {
  return keys.put(acmeAccountKey(providerId), { ...account }, null)
}

export async function removeAccount({ keys }: KeysTx, providerId: Id): Promise<void> {
  await keys.remove(acmeAccountKey(providerId))
}

export async function readShelf({ keys }: KeysTx, domainId: Id): Promise<ShelfRecord | null> {
  const { certificateId, providerId } = await keys.get(KEYS.acmeCertificate.prefix + domainId) ?? {}
  return typeof certificateId === 'string' && typeof providerId === 'string' ? { certificateId, providerId } : null
}

export function writeShelf({ keys }: KeysTx, domainId: Id, shelf: ShelfRecord): Promise<void> {
  return keys.put(KEYS.acmeCertificate.prefix + domainId, { ...shelf }, null)
}

/** A TXT record that is in the zone, or may be. */
export interface ProofRecord {
  readonly dnsServerId: Id
  readonly zone: string
  readonly owner: string
  readonly value: string
  /** In ms since 1970. */
  readonly since: number
}

export async function readProofs({ keys }: KeysTx, domainId: Id): Promise<ProofRecord[]> {
  const { proofs } = await keys.get(KEYS.acmeProof.prefix + domainId) ?? {}
  return Array.isArray(proofs) ? proofs.flatMap(each => isJsonObject(each) ? proofOf(each) ?? [] : []) : []
}

/** They are forgotten eight days after the last of them was written down. */
export async function writeProofs({ keys }: KeysTx, domainId: Id, proofs: readonly ProofRecord[]): Promise<void> {
  const key = KEYS.acmeProof.prefix + domainId
  if (proofs.length === 0) await keys.remove(key)
  else await keys.put(key, { proofs: proofs.map(each => ({ ...each })) }, Math.max(...proofs.map(({ since }) => since)) + KEYS.acmeProof.keptMs)
}

function proofOf({ dnsServerId, zone, owner, value, since }: JsonObject): ProofRecord | null {
  const isWhole = typeof dnsServerId === 'string' && typeof zone === 'string' && typeof owner === 'string'
  return isWhole && typeof value === 'string' && typeof since === 'number' ? { dnsServerId, zone, owner, value, since } : null
}

/** The text of an embedded value such as `{ "@type": "Text", "value": … }`; null: it is kept elsewhere. */
export function embeddedText(body: JsonObject, property: string, name: string): string | null {
  const value = ownValue(body, property)
  const text = isJsonObject(value) ? ownValue(value, name) : undefined
  return typeof text === 'string' ? text : null
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter(each => typeof each === 'string') : []
}
