/**
 * Content that a client stores before it uses it (RFC 8620 §6). It belongs to nobody's mail yet: only who uploaded it may read
 * it, in the account that he named, until something there links it or purgeBlob takes it after the grace.
 *
 * How much one person uploads is limited, as nothing of it counts towards his mailbox. What he uploaded is added up in
 * parts of the hour, each a key that expires an hour after it was last written, under the lock of his account: two
 * uploads at once cannot both take the last room.
 */
import type { Clock } from '../../base/clock.ts'
import type { Id } from '../../base/ids.ts'
import { RotaError } from '../../errors.ts'
import { KEYS } from '../../registry/key-families.ts'
import type { RegistryTx } from '../../registry/ports.ts'
import { EMAIL } from '../mailstore/mailstore.ts'
import type { MailStore } from '../mailstore/mailstore.ts'
import type { BlobHash, DomainStore, DomainTx } from '../ports.ts'

/** Of one upload; as large as a message may be. */
export const UPLOAD_OCTETS_MAX = 50_000_000
/** Of one account on one node. RFC 8620 §2 suggests four. */
export const UPLOADS_AT_ONCE_MAX = 4
/** Of one account in an hour. */
export const UPLOADS_MAX = 1_000
export const UPLOADED_OCTETS_MAX = 1_000_000_000
const PART_MS = 300_000

export type UploadTx = DomainTx & RegistryTx

export interface UploadDependencies<Tx extends UploadTx> {
  readonly store: DomainStore<Tx>
  readonly mailStore: Pick<MailStore<Tx>, 'enter'>
  readonly clock: Pick<Clock, 'now'>
}

export class Uploads<Tx extends UploadTx = UploadTx> {
  readonly #store: DomainStore<Tx>
  readonly #mailStore: Pick<MailStore<Tx>, 'enter'>
  readonly #clock: Pick<Clock, 'now'>

  constructor({ store, mailStore, clock }: UploadDependencies<Tx>) {
    this.#store = store
    this.#mailStore = mailStore
    this.#clock = clock
  }

  /** Throws upload/over-quota when `octets` more would be too much: asked before they are received. */
  async checkRoom(uploaderId: Id, octets: number): Promise<void> {
    await this.#store.read(tx => this.#refuseTooMuch(tx, uploaderId, octets))
  }

  /** Throws upload/over-quota, mail/account-gone. Content that was uploaded before is kept from now on. */
  async store(accountId: Id, uploaderId: Id, content: Uint8Array): Promise<BlobHash> {
    return this.#store.transact(async tx => {
      for (const id of [...new Set([accountId, uploaderId])].toSorted()) {
        if (!await this.#mailStore.enter(tx, id, EMAIL)) throw new RotaError('mail/account-gone', `the account ${id} is gone`)
      }
      await this.#refuseTooMuch(tx, uploaderId, content.byteLength)
      await this.#count(tx, uploaderId, content.byteLength)
      const hash = await tx.blobs.put(content)
      await tx.blobs.claim(hash, accountId, uploaderId)
      return hash
    })
  }

  async #refuseTooMuch({ keys }: Tx, uploaderId: Id, more: number): Promise<void> {
    const parts = (await keys.list(uploadsPrefixOf(uploaderId), PARTS_MAX)).map(({ key, value }) => ({
      began: Number(key.slice(uploadsPrefixOf(uploaderId).length)), count: Number(value['count']), octets: Number(value['octets']),
    }))
    const [count, octets] = [parts.reduce((sum, part) => sum + part.count, 1), parts.reduce((sum, part) => sum + part.octets, more)]
    if (count <= UPLOADS_MAX && octets <= UPLOADED_OCTETS_MAX) return
    const oldest = Math.min(...parts.map(({ began }) => began))
    const retryAfterMs = Math.max(PART_MS, oldest + PART_MS + KEYS.blobQuota.keptMs - this.#clock.now())
    throw new RotaError('upload/over-quota', [
      `An account may upload ${UPLOADS_MAX} files and ${UPLOADED_OCTETS_MAX} bytes in an hour,`,
      `and with this it would be ${count} files and ${octets} bytes. Try again later.`,
    ].join(' '), { retryAfterMs })
  }

  async #count({ keys }: Tx, uploaderId: Id, more: number): Promise<void> {
    const now = this.#clock.now()
    const key = `${uploadsPrefixOf(uploaderId)}${String(now - now % PART_MS).padStart(TIME_DIGITS, '0')}`
    const { count = 0, octets = 0 } = await keys.get(key) ?? {}
    await keys.put(key, { count: Number(count) + 1, octets: Number(octets) + more }, now + KEYS.blobQuota.keptMs)
  }
}

/** Those that have not expired, and one for clocks that differ. */
const PARTS_MAX = KEYS.blobQuota.keptMs / PART_MS + 2
const TIME_DIGITS = 15

/** Of the keys that say what this account has uploaded. */
export function uploadsPrefixOf(uploaderId: Id): string {
  return `${KEYS.blobQuota.prefix}${uploaderId}/`
}
