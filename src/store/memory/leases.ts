/** Nodes and leases in memory. */
import type { Id } from '../../base/ids.ts'
import type { LeaseRow, LeaseStore, NodeRow, NodeTable } from '../../engine/ports/node.ts'
import type { TaskRow } from '../../engine/ports/task.ts'
import { chooseNodeId } from '../queue/node-ids.ts'
import { charge, letGo, released } from '../queue/settle.ts'
import type { Freed, Holder } from '../queue/settle.ts'
import type { MemoryContext, MemoryDatabase, MemoryTable } from './database.ts'
import { isAlive } from './queue.ts'
import { memoryTaskRows } from './task-rows.ts'

type StoredLease = LeaseRow & { readonly diedAt: number | null }
interface StoredNodeId { readonly nodeId: number; readonly hostname: string; readonly renewedAt: number; readonly drainRequestedOf?: Id }

export function memoryLeases(database: MemoryDatabase): LeaseStore {
  return {
    join: (node, ttlMs) => database.transact(async context => {
      const { table, now, hints } = context
      const same = (other: NodeRow) => other.hostname === node.hostname || other.nodeId === node.nodeId
      await bury(context, dead => same(dead) && dead.expiresAt <= now())
      const nodes = table<NodeRow>('node')
      const other = [...nodes.rows()].find(same)
      if (other) return { refusedBy: other }
      const live = new Set([...nodes.rows()].map(other => other.nodeId))
      const nodeId = node.nodeId ?? chooseNodeId(node.hostname, [...table<StoredNodeId>('node_id').rows()], live)
      const { incarnation, hostname, version, state, former = null } = node
      const drainRequested = former !== null && [...table<StoredNodeId>('node_id').rows()].some(row => row.drainRequestedOf === former)
      const times = { startedAt: now(), renewedAt: now(), expiresAt: now() + ttlMs }
      const row = { incarnation, nodeId, hostname, version, ...state, drainRequested, ...times }
      nodes.set(incarnation, row)
      rememberNodeId(context, row)
      hints.leases()
      return { nodeId }
    }),

    heartbeat: (incarnation, state, ttlMs) => database.transact(({ table, now }) => {
      const node = table<NodeRow>('node').get(incarnation)
      if (!node) return false
      table<NodeRow>('node').set(incarnation, { ...node, ...state, renewedAt: now(), expiresAt: now() + ttlMs })
      return true
    }),

    leave: incarnation => database.transact(async context => {
      const node = context.table<NodeRow>('node').get(incarnation)
      if (!node) return
      // It is heard of once more: it says good-bye.
      remove(context, { ...node, renewedAt: context.now() })
      freeLeases(context, incarnation, null)
      await letGo(memoryTaskRows(context), incarnation, context.hints)
    }),

    reap: except => database.transact(async context => (await bury(context, expired(context, except))).map(({ node }) => node)),
    reapAll: except => database.transact(async context =>
      (await bury(context, node => node.incarnation !== except)).map(({ node }) => node)),
    releaseDead: except => database.transact(async context => {
      const freed: Freed[] = await bury(context, expired(context, except))
      for (const holder of holdersWithoutRow(context)) freed.push(await free(context, holder))
      return released(freed)
    }),

    view: () => database.read(view),

    acquire: (incarnation, buckets) => database.transact(context => {
      if (!isAlive(context, incarnation)) return 'lost'
      const leases = context.table<StoredLease>('lease')
      return buckets.flatMap(({ lane, bucket }) => {
        const lease = leases.get(leaseKey(lane, bucket)) ?? { lane, bucket, holder: null, generation: 0, diedAt: null }
        // A lease that is ours already was granted in a reply that got lost.
        if (lease.holder !== null && lease.holder !== incarnation) return []
        const granted = { ...lease, holder: incarnation, generation: lease.generation + 1 }
        leases.set(leaseKey(lane, bucket), granted)
        return [{ lane, bucket, generation: granted.generation, diedAt: granted.diedAt }]
      })
    }),

    release: (incarnation, buckets) => database.transact(({ table, hints }) => {
      const leases = table<StoredLease>('lease')
      for (const { lane, bucket, generation } of buckets) {
        const lease = leases.get(leaseKey(lane, bucket))
        if (lease?.holder !== incarnation || lease.generation !== generation) continue
        leases.set(leaseKey(lane, bucket), { ...lease, holder: null })
        hints.leases()
      }
    }),
  }
}

/** The same inside a transaction, with the nodes that are gone. */
export function memoryNodes(context: MemoryContext): NodeTable {
  const { table, now, hints } = context
  return {
    async look() {
      const { nodes, ...rest } = view(context)
      const live = new Map(nodes.map(node => [node.nodeId, node]))
      const known = [...table<StoredNodeId>('node_id').rows()].sort((a, b) => a.nodeId - b.nodeId)
      return { ...rest, nodes: known.map(({ nodeId, hostname, renewedAt }) => {
        const node = live.get(nodeId) ?? null
        return { nodeId, hostname, renewedAt: node?.renewedAt ?? renewedAt, live: node }
      }) }
    },

    async requestDrain(incarnation) {
      const node = table<NodeRow>('node').get(incarnation)
      if (!node || node.expiresAt <= now()) return false
      table<NodeRow>('node').set(incarnation, { ...node, drainRequested: true })
      hints.leases()
      return true
    },
  }
}

function view({ table, now }: MemoryContext): Awaited<ReturnType<LeaseStore['view']>> {
  return {
    now: now(),
    nodes: [...table<NodeRow>('node').rows()].sort((a, b) => a.nodeId - b.nodeId),
    leases: [...table<StoredLease>('lease').rows()]
      .sort((a, b) => a.lane < b.lane ? -1 : a.lane > b.lane ? 1 : a.bucket - b.bucket)
      .map(({ lane, bucket, holder, generation }) => ({ lane, bucket, holder, generation })),
  }
}

function expired({ now }: MemoryContext, except: Id | undefined): (node: NodeRow) => boolean {
  return node => node.expiresAt <= now() && node.incarnation !== except
}

async function bury(context: MemoryContext, doomed: (node: NodeRow) => boolean): Promise<(Freed & { readonly node: NodeRow })[]> {
  const dead = [...context.table<NodeRow>('node').rows()].filter(doomed)
  const freed: (Freed & { readonly node: NodeRow })[] = []
  for (const node of dead) {
    remove(context, node)
    freed.push({ ...await free(context, node), node })
  }
  return freed
}

function holdersWithoutRow({ table }: MemoryContext): Holder[] {
  const held = [...table<StoredLease>('lease').rows(), ...table<TaskRow>('task').rows()].flatMap(({ holder }) => holder ?? [])
  return [...new Set(held)].filter(holder => !table<NodeRow>('node').get(holder)).map(incarnation => ({ incarnation, hostname: null }))
}

/** What a holder has that is dead by now. */
async function free(context: MemoryContext, { incarnation, hostname }: Holder): Promise<Freed> {
  const leases = freeLeases(context, incarnation, context.now())
  return { incarnation, hostname, leases, tasks: await charge(memoryTaskRows(context), { incarnation, hostname }, context.now(), context.hints) }
}

function remove(context: MemoryContext, node: NodeRow): void {
  context.table<NodeRow>('node').delete(node.incarnation)
  rememberNodeId(context, node)
}

/** How many it were. `diedAt` null: the holder left in order. */
function freeLeases({ table, hints }: MemoryContext, incarnation: Id, diedAt: number | null): number {
  const leases: MemoryTable<StoredLease> = table('lease')
  const held = [...leases.rows()].filter(({ holder }) => holder === incarnation)
  for (const lease of held) {
    leases.set(leaseKey(lease.lane, lease.bucket), { ...lease, holder: null, ...(diedAt === null ? {} : { diedAt }) })
  }
  hints.leases()
  return held.length
}

function rememberNodeId({ table }: MemoryContext, { nodeId, hostname, renewedAt, incarnation, drainRequested }: NodeRow): void {
  const before = table<StoredNodeId>('node_id').get(String(nodeId))
  const row = { ...before, nodeId, hostname, renewedAt, ...(drainRequested ? { drainRequestedOf: incarnation } : {}) }
  table<StoredNodeId>('node_id').set(String(nodeId), row)
}

function leaseKey(lane: string, bucket: number): string {
  return `${lane}/${bucket}`
}
