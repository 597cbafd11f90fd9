/** Content by its hash in memory. */
import { createHash } from 'node:crypto'
import type { BlobHash, BlobOwner, BlobTable } from '../../services/ports.ts'
import type { MemoryContext } from './database.ts'
import { rowKey } from './row-key.ts'

export function memoryBlobs(context: MemoryContext): BlobTable {
  const blobs = context.table<Uint8Array>('blob')
  const links = context.table<BlobOwner & { readonly hash: BlobHash }>('blob_link')
  const linkKey = (hash: BlobHash, { accountId, collection, id }: BlobOwner): string =>
    rowKey(hash, accountId, collection, id)

  return {
    async put(content) {
      const hash = createHash('sha256').update(content).digest('base64url')
      if (!blobs.get(hash)) blobs.set(hash, new Uint8Array(content))
      return hash
    },

    async get(hash) {
      const content = blobs.get(hash)
      return content ? new Uint8Array(content) : null
    },

    async size(hash) {
      return blobs.get(hash)?.byteLength ?? null
    },

    async link(hash, owner) {
      const { accountId, collection, id } = owner
      links.set(linkKey(hash, owner), { hash, accountId, collection, id })
    },

    async unlink(hash, owner) {
      links.delete(linkKey(hash, owner))
    },

    async readable(hash, accountId) {
      if (!blobs.get(hash)) return false
      return [...links.rows()].some(link => link.hash === hash && link.accountId === accountId)
    },

    async release(accountId, collection, released) {
      for (const { id, hash } of released) links.delete(linkKey(hash, { accountId, collection, id }))
      const linked = new Set(Array.from(links.rows(), link => link.hash))
      for (const { hash } of released) if (!linked.has(hash)) blobs.delete(hash)
    },
  }
}
