/**
 * Nodes and leases, for both databases. A node is declared dead by deleting its row, in the transaction that frees its
 * leases and charges its tasks; who writes an outcome holds that row (queue/README.md), so the two never overlap.
 */
import { sql } from 'kysely'
import type { Expression, SelectQueryBuilder } from 'kysely'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { BucketRef, LeaseStore, NodeRow, NodeSharding, NodeState, NodeTable } from '../../engine/ports/node.ts'
import { RotaError } from '../../errors.ts'
import { chooseNodeId } from '../queue/node-ids.ts'
import { charge, letGo, released } from '../queue/settle.ts'
import type { Freed, Holder } from '../queue/settle.ts'
import type { TaskRows } from '../queue/task-rows.ts'
import { storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'
import type { Database } from './database.ts'
import type { NodeColumns } from './tables/queue.ts'

/** Another node that joins at the same moment may take the id that was chosen. */
const JOIN_ROUNDS_MAX = 20
const NO_NODE_ID = 0

/** How the store runs one call of a lease store. */
export interface LeaseAccess<Context extends SqlContext> {
  transact<T>(work: (context: Context) => Promise<T>): Promise<T>
  read<T>(work: (context: Context) => Promise<T>): Promise<T>
  tasks(context: Context): TaskRows
}

export function sqlLeases<Context extends SqlContext>({ transact, read, tasks }: LeaseAccess<Context>): LeaseStore {
  return {
    join: (node, ttlMs) => transact(async context => {
      await bury(context, tasks(context), { expired: true, sameAs: node })
      return join(context, node, ttlMs)
    }),

    heartbeat: (incarnation, state, ttlMs) => transact(async ({ db, now }) => {
      const { numUpdatedRows } = await db.updateTable('node')
        .set({ ...stateColumns(state), renewed_at: now(), expires_at: sql<number>`${now()} + ${ttlMs}` })
        .where('incarnation', '=', incarnation)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    }),

    leave: incarnation => transact(async context => {
      const { db, hints } = context
      const node = await db.deleteFrom('node').where('incarnation', '=', incarnation).returningAll().executeTakeFirst()
      if (!node) return
      await rememberNodeId(context, node, context.now())
      await db.updateTable('lease').set({ holder: null, unplanned: 0 }).where('holder', '=', incarnation).execute()
      await letGo(tasks(context), incarnation, hints)
      hints.leases()
    }),

    reap: except => transact(async context => (await bury(context, tasks(context), { expired: true, except })).map(({ node }) => node)),
    reapAll: except => transact(async context =>
      (await bury(context, tasks(context), { expired: false, except: except ?? undefined })).map(({ node }) => node)),
    releaseDead: except => transact(async context => {
      const freed: Freed[] = await bury(context, tasks(context), { expired: true, except })
      for (const holder of await holdersWithoutRow(context)) freed.push(await free(context, tasks(context), holder, await clockOf(context)))
      return released(freed)
    }),

    view: () => read(view),

    acquire: (incarnation, buckets) => transact(async context => {
      const { db, now } = context
      const alive = await locked(context, 'key share', db.selectFrom('node').select('incarnation')
        .where('incarnation', '=', incarnation).where('expires_at', '>', now())).executeTakeFirst()
      if (!alive) return 'lost'
      if (buckets.length === 0) return []
      // A lease that is ours already was granted in a reply that got lost.
      const granted = await db.insertInto('lease')
        .values(inOrder(buckets).map(({ lane, bucket }) =>
          ({ lane, bucket, holder: incarnation, generation: 1, unplanned: 0, died_at: null })))
        .onConflict(conflict => conflict.columns(['lane', 'bucket'])
          .doUpdateSet({ holder: incarnation, generation: sql<number>`lease.generation + 1` })
          .where(eb => eb.or([eb('lease.holder', 'is', null), eb('lease.holder', '=', incarnation)])))
        .returning(['lane', 'bucket', 'generation', 'died_at']).execute()
      return granted.map(({ died_at: diedAt, ...lease }) => ({ ...lease, diedAt }))
    }),

    release: (incarnation, buckets) => transact(async ({ db, hints }) => {
      if (buckets.length === 0) return
      const { numUpdatedRows } = await db.updateTable('lease').set({ holder: null, unplanned: 0 })
        .where('holder', '=', incarnation)
        .where(eb => eb.or(inOrder(buckets).map(({ lane, bucket, generation }) => eb.and({ lane, bucket, generation }))))
        .executeTakeFirst()
      if (numUpdatedRows > 0n) hints.leases()
    }),
  }
}

/** The same inside a transaction, with the nodes that are gone. */
export function sqlNodes(context: SqlContext): NodeTable {
  const { db, now, hints } = context
  return {
    async look() {
      const { nodes, ...rest } = await view(context)
      const live = new Map(nodes.map(node => [node.nodeId, node]))
      const known = await db.selectFrom('node_id').selectAll().orderBy('node_id').execute()
      return { ...rest, nodes: known.map(({ node_id: nodeId, hostname, renewed_at }) => {
        const node = live.get(nodeId) ?? null
        return { nodeId, hostname, renewedAt: node?.renewedAt ?? renewed_at, live: node }
      }) }
    },

    async requestDrain(incarnation) {
      const { numUpdatedRows } = await db.updateTable('node').set({ drain_requested: 1 })
        .where('incarnation', '=', storableText(incarnation)).where('expires_at', '>', now()).executeTakeFirst()
      if (numUpdatedRows > 0n) hints.leases()
      return numUpdatedRows > 0n
    },
  }
}

async function view(context: SqlContext): ReturnType<LeaseStore['view']> {
  const { db } = context
  const now = await clockOf(context)
  const nodes = await db.selectFrom('node').selectAll().orderBy('node_id').execute()
  const leases = await db.selectFrom('lease').select(['lane', 'bucket', 'holder', 'generation'])
    .orderBy('lane').orderBy('bucket').execute()
  return { now, nodes: nodes.map(nodeRow), leases: leases.map(lease => ({ ...lease })) }
}

async function clockOf({ db, now }: SqlContext): Promise<number> {
  const { rows } = await sql<{ now: number }>`select ${now()} as now`.execute(db)
  return rows[0]?.now ?? 0
}

type Joining = Parameters<LeaseStore['join']>[0]

async function join({ db, now, hints }: SqlContext, node: Joining, ttlMs: number): ReturnType<LeaseStore['join']> {
  for (let round = 0; round < JOIN_ROUNDS_MAX; round++) {
    const nodes = await db.selectFrom('node').selectAll().execute()
    const same = nodes.find(other => other.hostname === node.hostname || other.node_id === node.nodeId)
    if (same) return { refusedBy: nodeRow(same) }
    const known = await db.selectFrom('node_id').selectAll().execute()
    const nodeId = node.nodeId ?? chooseNodeId(node.hostname, known.map(row => ({ nodeId: row.node_id, hostname: row.hostname })),
      new Set(nodes.map(other => other.node_id)))
    const { former = null } = node
    const drained = former === null ? undefined
      : await db.selectFrom('node_id').select('node_id').where('drain_requested_of', '=', former).executeTakeFirst()
    const joined = await db.insertInto('node').values({
      incarnation: node.incarnation, node_id: nodeId, hostname: node.hostname, version: node.version,
      ...stateColumns(node.state), drain_requested: drained ? 1 : 0, started_at: now(), renewed_at: now(), expires_at: sql<number>`${now()} + ${ttlMs}`,
    }).onConflict(conflict => conflict.doNothing()).returningAll().executeTakeFirst()
    if (!joined) continue
    await rememberNodeId({ db }, joined)
    hints.leases()
    return { nodeId }
  }
  throw new RotaError('store/conflict', 'too many nodes join at the same time')
}

interface Doomed {
  /** Only those whose row has expired; else the living as well. */
  readonly expired: boolean
  /** Only the nodes of this name or node id. */
  readonly sameAs?: Pick<Joining, 'hostname' | 'nodeId'>
  readonly except?: Id | undefined
}

/**
 * Declares nodes dead. A row that somebody holds (an outcome is just being written, or a heartbeat, or another node
 * buries it) is skipped: the next look, a second later, decides.
 */
async function bury(context: SqlContext, tasks: TaskRows, { expired, sameAs, except }: Doomed): Promise<(Freed & { readonly node: NodeRow })[]> {
  const { db, now } = context
  const doomed = db.selectFrom('node').select('incarnation')
    .$if(expired, query => query.where('expires_at', '<=', now()))
    .$if(except !== undefined, query => query.where('incarnation', '!=', except ?? ''))
    .$if(sameAs !== undefined, query => query.where(eb => eb.or([eb('hostname', '=', sameAs?.hostname ?? ''), eb('node_id', '=', sameAs?.nodeId ?? NO_NODE_ID)])))
  const dead = await db.deleteFrom('node')
    .where('incarnation', 'in', locked(context, 'update', doomed))
    .returningAll().returning(now().as('now')).execute()
  const freed: (Freed & { readonly node: NodeRow })[] = []
  for (const node of dead) {
    await rememberNodeId(context, node)
    freed.push({ ...await free(context, tasks, node, node.now), node: nodeRow(node) })
  }
  return freed
}

/** What a holder has that is dead by now. */
async function free(context: SqlContext, tasks: TaskRows, { incarnation, hostname }: Holder, now: number): Promise<Freed> {
  const { db, hints } = context
  const { numUpdatedRows } = await db.updateTable('lease').set({ holder: null, unplanned: 1, died_at: now })
    .where('holder', '=', incarnation).executeTakeFirst()
  hints.leases()
  return { incarnation, hostname, leases: Number(numUpdatedRows), tasks: await charge(tasks, { incarnation, hostname }, now, hints) }
}

/** Of one statement, so that a node that joins beside it counts in both of its halves or in neither. */
async function holdersWithoutRow({ db }: SqlContext): Promise<Holder[]> {
  const nodes = db.selectFrom('node').select('incarnation')
  const held = await db.selectFrom('lease').select('holder').where('holder', 'is not', null).where('holder', 'not in', nodes)
    .union(db.selectFrom('task').select('holder').where('holder', 'is not', null).where('holder', 'not in', nodes))
    .execute()
  return held.flatMap(({ holder }) => holder === null ? [] : [{ incarnation: holder, hostname: null }])
}

/** Row locks are PostgreSQL's; SQLite has one writer. */
function locked<O>(
  { dialect }: SqlContext, strength: 'update' | 'key share', query: SelectQueryBuilder<Database, 'node', O>,
): SelectQueryBuilder<Database, 'node', O> {
  if (dialect === 'sqlite') return query
  return strength === 'update' ? query.forUpdate().skipLocked() : query.forKeyShare()
}

/** `renewed_at`: when it was last heard of, which is now when it says good-bye. */
async function rememberNodeId(
  { db }: Pick<SqlContext, 'db'>, node: NodeColumns, renewed_at: number | Expression<number> = node.renewed_at,
): Promise<void> {
  const { node_id, hostname } = node
  // A process that was asked to drain in its sleep finds that here when it joins again.
  const row = { hostname, renewed_at, ...(node.drain_requested === 1 ? { drain_requested_of: node.incarnation } : {}) }
  await db.insertInto('node_id').values({ node_id, ...row })
    .onConflict(conflict => conflict.column('node_id').doUpdateSet(row)).execute()
}

/** Two nodes that want the same buckets lock them in the same order. */
function inOrder<B extends BucketRef>(buckets: readonly B[]): B[] {
  return [...buckets].sort((a, b) => a.lane < b.lane ? -1 : a.lane > b.lane ? 1 : a.bucket - b.bucket)
}

function stateColumns(state: NodeState) {
  return {
    role: state.role,
    duties: JSON.stringify(state.duties),
    push_shard: state.pushShard,
    draining: state.draining ? 1 : 0,
    sharding: state.sharding ? JSON.stringify(state.sharding) : null,
    info: JSON.stringify(state.info),
  }
}

function nodeRow(columns: NodeColumns): NodeRow {
  return {
    incarnation: columns.incarnation,
    nodeId: columns.node_id,
    hostname: columns.hostname,
    role: columns.role,
    duties: JSON.parse(columns.duties) as string[],
    pushShard: columns.push_shard,
    draining: columns.draining === 1,
    ...columns.sharding === null ? {} : { sharding: JSON.parse(columns.sharding) as NodeSharding },
    version: columns.version,
    startedAt: columns.started_at,
    renewedAt: columns.renewed_at,
    expiresAt: columns.expires_at,
    drainRequested: columns.drain_requested === 1,
    info: JSON.parse(columns.info) as JsonObject,
  }
}
