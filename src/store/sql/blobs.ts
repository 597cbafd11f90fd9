/** Content by its hash in SQL: one row a content, one row a document that links it, one row an account that claims it. */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { RotaError } from '../../errors.ts'
import type { BlobHash, BlobLink, BlobOwner, BlobTable } from '../../services/ports.ts'
import { storableText } from '../storable.ts'
import { purgeBlobs, removeUnused } from './blob-purge.ts'
import type { SqlContext } from './context.ts'
import { listed, valueList } from './listed.ts'

export function sqlBlobs(context: SqlContext): BlobTable {
  const { db, dialect, now } = context

  /** From here to the end of the transaction nobody removes it: `purge` passes it over, `release` waits. */
  async function hold(hash: BlobHash): Promise<boolean> {
    const known = await db.selectFrom('blob').select('size').where('hash', '=', storableText(hash))
      .$if(dialect === 'postgres', query => query.forKeyShare()).executeTakeFirst()
    return known !== undefined
  }

  /** In order, so that two who claim the same never wait for each other. */
  async function claim(hashes: readonly BlobHash[], accountId: string, holderId: string): Promise<void> {
    await sql`insert into blob_claim (account_id, holder_id, hash, at)
      select ${accountId}, ${holderId}, v.value, ${now()} from ${valueList(context, [...new Set(hashes)].toSorted())} where true
      on conflict (account_id, holder_id, hash) do update set at = excluded.at`.execute(db)
  }

  return {
    async put(content) {
      const hash = createHash('sha256').update(content).digest('base64url')
      while (!await hold(hash)) {
        // Somebody may be storing it right now: this waits for his commit, and stores it if he rolls back.
        const stored = await db.insertInto('blob').values({ hash, size: content.byteLength, content, stored_at: now() })
          .onConflict(conflict => conflict.doNothing()).returning('hash').executeTakeFirst()
        if (stored) break
      }
      return hash
    },

    async get(hash) {
      const row = await db.selectFrom('blob').select('content')
        .where('hash', '=', storableText(hash)).executeTakeFirst()
      return row?.content ?? null
    },

    async getAll(hashes) {
      const rows = await db.selectFrom('blob').select(['hash', 'content']).where(listed(context, 'hash', hashes)).execute()
      return new Map(rows.map(({ hash, content }) => [hash, content]))
    },

    async size(hash) {
      const row = await db.selectFrom('blob').select('size')
        .where('hash', '=', storableText(hash)).executeTakeFirst()
      return row?.size ?? null
    },

    async link(hash, owner) {
      if (!await hold(hash)) throw nothingToLink(hash)
      await db.insertInto('blob_link').values(linkKey(hash, owner))
        .onConflict(conflict => conflict.doNothing()).execute()
    },

    async linkAll(accountId, collection, links) {
      const hashes = links.map(({ hash }) => hash)
      // As `hold` does it, for all of them, in the order in which those who remove contents take them.
      const rows = await db.selectFrom('blob').select('hash').where(listed(context, 'hash', hashes)).orderBy('hash')
        .$if(dialect === 'postgres', query => query.forKeyShare()).execute()
      const known = new Set(rows.map(({ hash }) => hash))
      const missing = hashes.find(hash => !known.has(hash))
      if (missing !== undefined) throw nothingToLink(missing)
      await sql`insert into blob_link (hash, account_id, collection, id)
        select given.hash, ${accountId}, ${collection}, given.id from ${pairs(context, links)} where true
        on conflict do nothing`.execute(db)
    },

    async unlink(accountId, collection, links) {
      const { rows } = await sql<{ hash: BlobHash }>`delete from blob_link where (hash, account_id, collection, id) in (
        select given.hash, ${accountId}, ${collection}, given.id from ${pairs(context, links)}) returning hash`.execute(db)
      if (rows.length > 0) await claim(rows.map(({ hash }) => hash), accountId, ANY_HOLDER)
    },

    claim: (hash, accountId, holderId) => claim([hash], accountId, holderId ?? ANY_HOLDER),

    async readable(hash, accountId, readerId = ANY_HOLDER) {
      const wanted = storableText(hash)
      const row = await db.selectFrom('blob').select('size').where('hash', '=', wanted).where(eb => eb.or([
        eb.exists(eb.selectFrom('blob_link').select('id').where('blob_link.hash', '=', wanted).where('account_id', '=', accountId)),
        eb.exists(eb.selectFrom('blob_claim').select('at').where('blob_claim.hash', '=', wanted)
          .where('account_id', '=', accountId).where('holder_id', 'in', [ANY_HOLDER, readerId])),
      ])).executeTakeFirst()
      return row !== undefined
    },

    async release(accountId, collection, links) {
      await sql`delete from blob_link where (hash, account_id, collection, id) in (
        select given.hash, ${accountId}, ${collection}, given.id from ${pairs(context, links)})`.execute(db)
      await removeUnused(context, links.map(link => link.hash), accountId)
    },

    async disown(accountId, limit) {
      const own = await db.selectFrom('blob_claim').select(['holder_id as id', 'hash'])
        .where('account_id', '=', accountId).orderBy('holder_id').orderBy('hash').limit(limit).execute()
      // As the index says it, in the same words: else no database sees that it is of use here.
      const elsewhere = await db.selectFrom('blob_claim').select(['account_id as id', 'hash'])
        .where('holder_id', '=', accountId).where('holder_id', '<>', sql.lit(ANY_HOLDER)).where('account_id', '<>', accountId)
        .orderBy('account_id').orderBy('hash').limit(limit - own.length).execute()
      await sql`delete from blob_claim where (hash, account_id, holder_id) in (
        select given.hash, ${accountId}, given.id from ${pairs(context, own)})`.execute(db)
      await sql`delete from blob_claim where (hash, account_id, holder_id) in (
        select given.hash, given.id, ${accountId} from ${pairs(context, elsewhere)})`.execute(db)
      const claims = [...own, ...elsewhere]
      await removeUnused(context, claims.map(({ hash }) => hash), accountId)
      return claims.length
    },

    purge: (shardIndex, look) => purgeBlobs(context, shardIndex, look),
  }
}

function nothingToLink(hash: BlobHash): RotaError {
  return new RotaError('blob/missing', `there is no content ${hash} to link`)
}

/** As holder of a claim: every member of the account. */
const ANY_HOLDER = ''

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
