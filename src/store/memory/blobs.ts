/** Content by its hash in memory. */
import { createHash } from 'node:crypto'
import type { BlobHash, BlobOwner, BlobTable } from '../../services/ports.ts'
import type { Rows } from './rows.ts'
import { rowKey } from './rows.ts'

export interface BlobState {
  readonly blobs: Rows<Uint8Array>
  readonly blobLinks: Rows<BlobOwner & { readonly hash: BlobHash }>
}

export function memoryBlobs({ blobs, blobLinks: links }: BlobState): BlobTable {
  const linkKey = (hash: BlobHash, owner: BlobOwner): string => rowKey(hash, owner.accountId, owner.collection, owner.id)

  return {
    async put(content) {
      const hash = createHash('sha256').update(content).digest('base64url')
      if (!blobs.has(hash)) blobs.set(hash, new Uint8Array(content))
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
      links.set(linkKey(hash, owner), { hash, accountId: owner.accountId, collection: owner.collection, id: owner.id })
    },

    async unlink(hash, owner) {
      links.delete(linkKey(hash, owner))
    },

    async readable(hash, accountId) {
      return blobs.has(hash) && links.values().some(link => link.hash === hash && link.accountId === accountId)
    },
  }
}
