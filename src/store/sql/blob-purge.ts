/**
 * Removing content that nothing keeps. Two statements in PostgreSQL: the first takes the rows that it can have, the second
 * looks again at what others have committed until then. Whoever links, claims or puts one of them holds its row, so he is
 * either seen by the second statement, or finds the row gone.
 */
import { sql } from 'kysely'
import type { ExpressionBuilder, Expression, SqlBool } from 'kysely'
import type { Id } from '../../base/ids.ts'
import type { BlobHash, BlobLook, BlobPurged } from '../../services/ports.ts'
import { rangesOfShard } from '../blob-shards.ts'
import { storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'
import type { Database } from './database.ts'
import { listed } from './listed.ts'

/** Of one transaction: it keeps other writers of SQLite waiting. */
const REMOVED_OCTETS_MAX = 100_000_000

type Blobs = ExpressionBuilder<Database, 'blob'>
type Condition = (eb: Blobs) => Expression<SqlBool>

export async function purgeBlobs(context: SqlContext, shardIndex: number, look: BlobLook): Promise<BlobPurged> {
  const { db, now } = context
  const page = await pageOf(context, shardIndex, look)
  await db.updateTable('blob').set({ stored_at: now() })
    .where(listed(context, 'hash', page)).where('stored_at', 'is', null).where(unlinked).execute()
  const idle: Condition = eb => eb.and([
    unlinked(eb), eb('stored_at', '<=', look.before), unclaimed(eb, claims => claims('at', '>', look.before)),
  ])
  const candidates = await db.selectFrom('blob').select(['hash', 'size'])
    .where(listed(context, 'hash', page)).where(idle).orderBy('hash').execute()
  const wanted: BlobHash[] = []
  let octets = 0
  for (const { hash, size } of candidates) {
    if (wanted.length > 0 && octets + size > REMOVED_OCTETS_MAX) break
    wanted.push(hash)
    octets += size
  }
  const isCut = wanted.length < candidates.length
  const looked = isCut ? page.slice(0, page.indexOf(wanted.at(-1) ?? '') + 1) : page
  const removed = await remove(context, wanted, idle, 'pass over')
  await db.deleteFrom('blob_claim').where(listed(context, 'hash', looked)).where('at', '<=', look.before).execute()
  return {
    looked: looked.length, removed: removed.length, octets: removed.reduce((sum, { size }) => sum + size, 0),
    next: isCut || page.length === look.limit ? looked.at(-1) ?? null : null,
  }
}

/** Of these contents: those that nothing links and that nobody but this account claims. */
export async function removeUnused(context: SqlContext, hashes: readonly BlobHash[], accountId: Id): Promise<void> {
  await remove(context, hashes, eb => eb.and([unlinked(eb), unclaimed(eb, claims => claims('account_id', '<>', accountId))]), 'wait')
}

async function pageOf({ db }: SqlContext, shardIndex: number, { after, limit }: BlobLook): Promise<BlobHash[]> {
  const page: BlobHash[] = []
  for (const { from, before } of rangesOfShard(shardIndex)) {
    if (page.length >= limit) break
    const rows = await db.selectFrom('blob').select('hash')
      .where('hash', '>=', from).where('hash', '<', before).where('hash', '>', storableText(after))
      .orderBy('hash').limit(limit - page.length).execute()
    page.push(...rows.map(({ hash }) => hash))
  }
  return page
}

async function remove(
  context: SqlContext, hashes: readonly BlobHash[], condition: Condition, whatOthersHold: 'wait' | 'pass over',
): Promise<{ readonly size: number }[]> {
  const { db, dialect } = context
  let own = hashes
  if (dialect === 'postgres') {
    const locked = await db.selectFrom('blob').select('hash').where(listed(context, 'hash', hashes)).orderBy('hash')
      .forUpdate().$if(whatOthersHold === 'pass over', query => query.skipLocked()).execute()
    own = locked.map(({ hash }) => hash)
  }
  return db.deleteFrom('blob').where(listed(context, 'hash', own)).where(condition).returning('size').execute()
}

function unlinked(eb: Blobs): Expression<SqlBool> {
  return eb.not(eb.exists(eb.selectFrom('blob_link').select(sql<number>`1`.as('one')).whereRef('blob_link.hash', '=', 'blob.hash')))
}

function unclaimed(
  eb: Blobs, which: (eb: ExpressionBuilder<Database, 'blob' | 'blob_claim'>) => Expression<SqlBool>,
): Expression<SqlBool> {
  return eb.not(eb.exists(eb.selectFrom('blob_claim').select('blob_claim.at')
    .whereRef('blob_claim.hash', '=', 'blob.hash').where(which)))
}
