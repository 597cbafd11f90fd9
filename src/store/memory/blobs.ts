/** Content by its hash in memory. */
import { createHash } from 'node:crypto'
import { RotaError } from '../../errors.ts'
import type { BlobHash, BlobOwner, BlobTable } from '../../services/ports.ts'
import { rangesOfShard } from '../blob-shards.ts'
import { compareText } from '../storable.ts'
import type { MemoryContext } from './database.ts'
import { rowKey } from './row-key.ts'

interface BlobRow { readonly content: Uint8Array; readonly storedAt: number }
interface ClaimRow { readonly hash: BlobHash; readonly accountId: string; readonly holderId: string | null; readonly at: number }

export function memoryBlobs(context: MemoryContext): BlobTable {
  const blobs = context.table<BlobRow>('blob')
  const links = context.table<BlobOwner & { readonly hash: BlobHash }>('blob_link')
  const claims = context.table<ClaimRow>('blob_claim')
  const linkKey = (hash: BlobHash, { accountId, collection, id }: BlobOwner): string =>
    rowKey(hash, accountId, collection, id)
  const claimKey = ({ accountId, holderId, hash }: Omit<ClaimRow, 'at'>): string => rowKey(accountId, holderId ?? '', hash)
  const claim = (hash: BlobHash, accountId: string, holderId: string | null): void => {
    claims.set(claimKey({ hash, accountId, holderId }), { hash, accountId, holderId, at: context.now() })
  }
  const linkedHashes = (): Set<BlobHash> => new Set(Array.from(links.rows(), link => link.hash))

  function link(hash: BlobHash, owner: BlobOwner): void {
    if (!blobs.get(hash)) throw new RotaError('blob/missing', `there is no content ${hash} to link`)
    const { accountId, collection, id } = owner
    links.set(linkKey(hash, owner), { hash, accountId, collection, id })
  }

  /** For an account that goes: what others claim stays. */
  function removeUnused(hashes: readonly BlobHash[], accountId: string): void {
    const linked = linkedHashes()
    const claimed = new Set([...claims.rows()].filter(row => row.accountId !== accountId).map(row => row.hash))
    for (const hash of hashes) if (!linked.has(hash) && !claimed.has(hash)) blobs.delete(hash)
  }

  return {
    async put(content) {
      const hash = createHash('sha256').update(content).digest('base64url')
      if (!blobs.get(hash)) blobs.set(hash, { content: new Uint8Array(content), storedAt: context.now() })
      return hash
    },

    async get(hash) {
      const row = blobs.get(hash)
      return row ? new Uint8Array(row.content) : null
    },

    async getAll(hashes) {
      return new Map(hashes.flatMap(hash => {
        const row = blobs.get(hash)
        return row ? [[hash, new Uint8Array(row.content)] as const] : []
      }))
    },

    async size(hash) {
      return blobs.get(hash)?.content.byteLength ?? null
    },

    async linkAll(accountId, collection, all) {
      for (const { hash, id } of all) link(hash, { accountId, collection, id })
    },

    async link(hash, owner) {
      link(hash, owner)
    },

    async unlink(accountId, collection, unlinked) {
      for (const { id, hash } of unlinked) if (links.delete(linkKey(hash, { accountId, collection, id }))) claim(hash, accountId, null)
    },

    async claim(hash, accountId, holderId) {
      claim(hash, accountId, holderId)
    },

    async readable(hash, accountId, readerId = '') {
      if (!blobs.get(hash)) return false
      return [null, readerId].some(holderId => claims.get(claimKey({ hash, accountId, holderId })) !== undefined)
        || [...links.rows()].some(link => link.hash === hash && link.accountId === accountId)
    },

    async release(accountId, collection, released) {
      for (const { id, hash } of released) links.delete(linkKey(hash, { accountId, collection, id }))
      removeUnused(released.map(({ hash }) => hash), accountId)
    },

    async disown(accountId, limit) {
      const own = [...claims.rows()].filter(row => row.accountId === accountId || row.holderId === accountId).slice(0, limit)
      for (const row of own) claims.delete(claimKey(row))
      removeUnused(own.map(({ hash }) => hash), accountId)
      return own.length
    },

    async purge(shardIndex, { before, after, limit }) {
      const ranges = rangesOfShard(shardIndex)
      const page = [...blobs.entries()].map(([hash]) => hash)
        .filter(hash => hash > after && ranges.some(range => hash >= range.from && hash < range.before))
        .toSorted(compareText).slice(0, limit)
      const linked = linkedHashes()
      const claimed = new Set([...claims.rows()].filter(({ at }) => at > before).map(({ hash }) => hash))
      let [removed, octets] = [0, 0]
      for (const hash of page) {
        const row = blobs.get(hash)
        if (!row || row.storedAt > before || linked.has(hash) || claimed.has(hash)) continue
        blobs.delete(hash)
        removed += 1
        octets += row.content.byteLength
      }
      const looked = new Set(page)
      for (const row of [...claims.rows()]) if (row.at <= before && looked.has(row.hash)) claims.delete(claimKey(row))
      return { looked: page.length, removed, octets, next: page.length === limit ? page.at(-1) ?? null : null }
    },
  }
}
