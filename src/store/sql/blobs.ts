/** Content by its hash in SQL: one row a content, one row a document that owns it. */
import { createHash } from 'node:crypto'
import type { BlobHash, BlobOwner, BlobTable } from '../../services/ports.ts'
import { storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'

export function sqlBlobs({ db }: SqlContext): BlobTable {
  return {
    async put(content) {
      const hash = createHash('sha256').update(content).digest('base64url')
      const known = await db.selectFrom('blob').select('size').where('hash', '=', hash).executeTakeFirst()
      if (known) return hash
      // Somebody may be storing it right now: this waits for his commit, and stores it if he rolls back.
      await db.insertInto('blob').values({ hash, size: content.byteLength, content })
        .onConflict(conflict => conflict.doNothing()).execute()
      return hash
    },

    async get(hash) {
      const row = await db.selectFrom('blob').select('content')
        .where('hash', '=', storableText(hash)).executeTakeFirst()
      return row?.content ?? null
    },

    async size(hash) {
      const row = await db.selectFrom('blob').select('size')
        .where('hash', '=', storableText(hash)).executeTakeFirst()
      return row?.size ?? null
    },

    async link(hash, owner) {
      await db.insertInto('blob_link').values(linkKey(hash, owner))
        .onConflict(conflict => conflict.doNothing()).execute()
    },

    async unlink(hash, owner) {
      await db.deleteFrom('blob_link').where(eb => eb.and(linkKey(hash, owner))).execute()
    },

    async readable(hash, accountId) {
      const row = await db.selectFrom('blob_link').innerJoin('blob', 'blob.hash', 'blob_link.hash')
        .select('blob.size').where('blob_link.hash', '=', storableText(hash))
        .where('account_id', '=', accountId).limit(1).executeTakeFirst()
      return row !== undefined
    },
  }
}

function linkKey(hash: BlobHash, { accountId, collection, id }: BlobOwner) {
  return { hash, account_id: accountId, collection, id }
}
