/**
 * ClusterNode: what each node does and says of itself. Kept by the nodes; people can ask one thing of them, to drain. That
 * is a request in the node's row, which the node meets by ending as SIGTERM makes it, so it cannot be taken back.
 */
import { boolean, enumType, map, nullable, number, objectList, oneOf, set, shape, string, utcDateTime } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { ObjectBackend } from '../ops/backend.ts'
import { listReader } from '../ops/list-reader.ts'
import { object } from '../schema/object.ts'
import type { Stored } from '../schema/object.ts'
import { refusal } from '../set-error.ts'
import { formatDate } from '../values/date.ts'
import type { Problems } from '../values/problems.ts'

/** A node that is gone is `stale` for this long, then `inactive`. */
const STALE_MS = 86_400_000

const STATUS = enumType('ClusterNodeStatus', [
  { name: 'active', label: 'Active', explanation: 'It renews its lease.' },
  { name: 'stale', label: 'Stale', explanation: 'Not heard of for less than a day; its work was taken over.' },
  { name: 'inactive', label: 'Inactive', explanation: 'Not heard of for a day or longer.' },
])
const TEXT = { type: 'string', format: 'string' } as const
const byServer = { update: 'serverSet' } as const

const ADDRESS_STATE = enumType('ClusterNodeAddressState', [
  { name: 'starting', label: 'Starting', explanation: 'It is being bound.' },
  { name: 'up', label: 'Up', explanation: 'Connections are accepted.' },
  { name: 'failed', label: 'Failed', explanation: 'It is not bound; the error says why. A bind is tried again by itself.' },
  { name: 'draining', label: 'Draining', explanation: 'No new connections; the last ones finish.' },
  { name: 'unsupported', label: 'Not served', explanation: 'This version has no server for the protocol.' },
])
const ADDRESS = shape('ClusterNodeAddress', {
  listener: string('The name of its listener.'),
  protocol: string('What is spoken there.'),
  address: string('IP address and port.'),
  state: oneOf(ADDRESS_STATE, 'What it does.'),
  error: nullable(string('Why it is not served.', { format: 'text' })),
  since: utcDateTime('Since when it is so.'),
  connections: number('Connections that were open there when the node was last heard of.', 'unsignedInteger'),
})

export const clusterNode = object({
  name: 'ClusterNode',
  label: 'Cluster node',
  doc: 'A running or former process of this cluster.',
  verbs: ['Get', 'Query', 'Update'],
  fields: {
    nodeId: number('The number that it has leased.', 'unsignedInteger', { ...byServer, default: 1, label: 'Node id' }),
    hostname: string('Its host name.', { ...byServer, label: 'Host name' }),
    lastRenewal: utcDateTime('When it was last heard of.', byServer),
    status: oneOf(STATUS, 'Whether it is alive.', byServer),
    role: nullable(string('The role that it was started with; empty: it runs everything.', byServer)),
    duties: set(TEXT, 'The background work that its role gives it.', byServer),
    listeners: map<string>(TEXT, { type: 'string', format: 'text' }, 'What its listeners do, by name.', byServer),
    addresses: objectList(ADDRESS, 'The addresses of its listeners, one by one.', byServer),
    pushShard: nullable(number('Its STALWART_PUSH_SHARD.', 'unsignedInteger', byServer)),
    draining: boolean('It hands its work over and takes none, and then ends. Set it to true to make a node do so; that cannot be taken back.', {
      default: false,
    }),
    ownedBuckets: map<number>(TEXT, { type: 'number', format: 'unsignedInteger' }, 'How many buckets it holds, by lane.', byServer),
    runningTasks: number('How many tasks ran there when it was last heard of.', 'unsignedInteger', { ...byServer, default: 0 }),
    clockOffset: nullable(number('By how many ms its clock is ahead of the store\'s, as last measured; negative: behind.', 'integer', {
      ...byServer, label: 'Clock offset (ms)',
    })),
    version: nullable(string('The version of Rota that it runs.', byServer)),
    startedAt: nullable(utcDateTime('When this process started.', byServer)),
    lastError: nullable(string('What went wrong last.', { ...byServer, format: 'text' })),
    certificateProblems: map<string>(TEXT, { type: 'string', format: 'text' }, 'Certificates that it cannot read as they are now, by id, each with the reason.', byServer),
  },
  labelProperty: 'hostname',
  columns: ['nodeId', 'hostname', 'status', 'role', 'lastRenewal', 'version'],
  filters: {},
  order: { properties: ['nodeId'], ascending: true },
  sections: {
    ClusterNode: [
      { title: 'Node', fields: ['nodeId', 'hostname', 'status', 'lastRenewal', 'startedAt', 'version', 'clockOffset', 'lastError', 'certificateProblems'] },
      { title: 'Work', fields: ['role', 'duties', 'listeners', 'addresses', 'pushShard', 'ownedBuckets', 'runningTasks', 'draining'] },
    ],
  },
  actions: [{ label: 'Drain', properties: { draining: true } }],
  menu: { section: 'Management', icon: 'server', group: 'Cluster', link: 'Nodes' },
  hooks: { check: checkDrain },
})

/** An address of a listener, as the node says; `address` with its port, `since` in ms since 1970. */
export interface NodeAddress {
  readonly listener: string
  readonly protocol: string
  readonly address: string
  readonly state: NonNullable<(typeof ADDRESS_STATE)['_names']>
  readonly error: string | null
  readonly since: number
  readonly connections: number
}
export function isAddressState(name: unknown): name is NodeAddress['state'] {
  return ADDRESS_STATE.members.some(member => member.name === name)
}

/** A node as the store knows it; times in ms since 1970. `live` is null once it is gone. */
export interface NodeData {
  readonly nodeId: number
  readonly hostname: string
  readonly renewedAt: number
  readonly live: {
    readonly expiresAt: number
    readonly role: string | null
    readonly duties: readonly string[]
    /** Name of the listener → what it does, for people. */
    readonly listeners: Readonly<Record<string, string>>
    readonly addresses: readonly NodeAddress[]
    readonly pushShard: number | null
    /** It drains, or was asked to. */
    readonly draining: boolean
    readonly runningTasks: number
    readonly clockOffsetMs: number | null
    readonly version: string
    readonly startedAt: number
    readonly lastError: string | null
    /** Why it cannot read certificates, by id. */
    readonly certificateProblems: Readonly<Record<Id, string>>
  } | null
}
/** A bucket of a lane that a node holds. */
export interface HeldLease { readonly lane: string; readonly bucket: number; readonly nodeId: number }

/** The cluster as the store shows it, and what may be asked of it. */
export interface ClusterPort<Tx> {
  /** `now`: the store's clock. */
  look(tx: Tx): Promise<{ readonly now: number; readonly nodes: readonly NodeData[]; readonly leases: readonly HeldLease[] }>
  /** Asks the process that has been this node since `startedAt` to end. False: it is gone. */
  requestDrain(tx: Tx, nodeId: number, startedAt: number): Promise<boolean>
}

/** An object's version is the start of its process: a drain is asked of the one that was seen, and of no later one. */
export function nodeBackend<Tx>(cluster: ClusterPort<Tx>): ObjectBackend<Tx> {
  const reader = listReader(async (tx: Tx) => {
    const { now, nodes, leases } = await cluster.look(tx)
    const held = Map.groupBy(leases, ({ nodeId }) => nodeId)
    return nodes.toSorted((left, right) => left.nodeId - right.nodeId)
      .map(node => stored(node, held.get(node.nodeId) ?? [], now))
  })
  return {
    ...reader,
    // Draining is all that can be asked, and it can only become true. Not tried again: that would ask the next process.
    async update(tx, { id, version, body: before }, { body }) {
      if (body['draining'] !== true || before['draining'] === true) return { kind: 'written' }
      const nodeId = nodeNumberOf(id)
      const asked = nodeId !== null && await cluster.requestDrain(tx, nodeId, version)
      if (!asked) throw refusal('validationFailed', 'draining: this node has just ended, or started again; look at it before you ask again.', ['draining'])
      return { kind: 'written' }
    },
    create: () => Promise.reject(refusal('forbidden', 'A node joins by itself when it starts.')),
    destroy: () => Promise.reject(refusal('forbidden', 'A node is kept for people when it is gone.')),
    linksTo: () => Promise.resolve([]),
  }
}

export function nodeObjectId(nodeId: number): Id {
  return `node-${nodeId}`
}

/** Null: no node can have this id. */
export function nodeNumberOf(id: Id): number | null {
  const [, digits] = /^node-([1-9]\d{0,9})$/.exec(id) ?? []
  return digits === undefined ? null : Number(digits)
}

function checkDrain(next: JsonObject, before: JsonObject | null, problems: Problems): void {
  if (before === null || next['draining'] === before['draining']) return
  if (next['draining'] === false) {
    problems.invalid(['draining'], false, 'cannot be taken back; start the node again when it has ended.')
  } else if (before['status'] !== 'active') {
    const { hostname, status, lastRenewal } = before
    problems.invalid(['draining'], true, `cannot be asked of ${String(hostname)}, which is ${String(status)}: it was last heard of at ${String(lastRenewal)}, and holds no work.`)
  }
}

/** What a node that is gone says; every property, so that an update of it that changes nothing is seen to. */
const NOT_SAID = {
  role: null, duties: {}, listeners: {}, addresses: {}, pushShard: null, draining: false, ownedBuckets: {}, runningTasks: 0,
  clockOffset: null, version: null, startedAt: null, lastError: null, certificateProblems: {},
} as const

function stored({ nodeId, hostname, renewedAt, live }: NodeData, held: readonly HeldLease[], now: number): Stored {
  const id = nodeObjectId(nodeId)
  const status = live && live.expiresAt > now ? 'active' : now - renewedAt < STALE_MS ? 'stale' : 'inactive'
  const seen: JsonObject = { nodeId, hostname, lastRenewal: formatDate(renewedAt), status }
  if (!live) return { id, version: 1, body: { ...seen, ...NOT_SAID } }
  const { role, duties, listeners, addresses, pushShard, draining, runningTasks, clockOffsetMs, version, startedAt, lastError, certificateProblems } = live
  return { id, version: startedAt, body: {
    ...seen, role, duties: members(duties), listeners, addresses: addressList(addresses), pushShard, draining, ownedBuckets: countByLane(held), runningTasks,
    clockOffset: clockOffsetMs, version, startedAt: formatDate(startedAt), lastError, certificateProblems,
  } }
}

function members(names: readonly string[]): Json {
  return Object.fromEntries(names.map(name => [name, true]))
}

function addressList(addresses: readonly NodeAddress[]): JsonObject {
  return Object.fromEntries(addresses.map(({ since, ...rest }, index) => [String(index), { ...rest, since: formatDate(since) }]))
}

function countByLane(held: readonly HeldLease[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(held, ({ lane }) => lane)].map(([lane, leases]) => [lane, leases.length]))
}
