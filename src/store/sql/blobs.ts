/** Content by its hash in SQL: one row a content, one row a document that owns it. */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { BlobHash, BlobLink, BlobOwner, BlobTable } from '../../services/ports.ts'
import { storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'
import { listed } from './listed.ts'

export function sqlBlobs(context: SqlContext): BlobTable {
  const { db, dialect } = context
  return {
    async put(content) {
      const hash = createHash('sha256').update(content).digest('base64url')
      // Held until the link is there: `release` waits for it, and this waits for a `release` that removes the blob.
      const known = await db.selectFrom('blob').select('size').where('hash', '=', hash)
        .$if(dialect === 'postgres', query => query.forKeyShare()).executeTakeFirst()
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

    async release(accountId, collection, links) {
      const hashes = links.map(link => link.hash)
      await sql`delete from blob_link where (hash, account_id, collection, id) in (
        select given.hash, ${accountId}, ${collection}, given.id from ${pairs(context, links)})`.execute(db)
      if (dialect === 'postgres') {
        // A statement of its own: the next one then sees the links of all for whom this one had to wait.
        await db.selectFrom('blob').select('hash').where(listed(context, 'hash', hashes))
          .orderBy('hash').forUpdate().execute()
      }
      await db.deleteFrom('blob').where(listed(context, 'hash', hashes))
        .where(eb => eb.not(eb.exists(eb.selectFrom('blob_link').select('blob_link.id')
          .whereRef('blob_link.hash', '=', 'blob.hash')))).execute()
    },
  }
}

/** A table of hash and id in one parameter or two, so that the statement is prepared once. */
function pairs({ dialect }: SqlContext, links: readonly BlobLink[]): RawBuilder<unknown> {
  const [hashes, ids] = [links.map(link => storableText(link.hash)), links.map(link => storableText(link.id))]
  return dialect === 'postgres'
    ? sql`unnest(${hashes}::text[], ${ids}::text[]) as given (hash, id)`
    : sql`(select value ->> 0 as hash, value ->> 1 as id
        from json_each(${JSON.stringify(hashes.map((hash, nth) => [hash, ids[nth]]))})) as given`
}

function linkKey(hash: BlobHash, { accountId, collection, id }: BlobOwner) {
  return { hash, account_id: accountId, collection, id }
}
