/** ClusterNode: what each node does and says of itself. Kept by the nodes; nobody can write it. */
import { boolean, enumType, map, nullable, number, oneOf, set, string, utcDateTime } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { ObjectReader, Selection } from '../ops/backend.ts'
import { object } from '../schema/object.ts'
import type { Stored } from '../schema/object.ts'
import { formatDate } from '../values/date.ts'

/** A node that is gone is `stale` for this long, then `inactive`. */
const STALE_MS = 86_400_000

const STATUS = enumType('ClusterNodeStatus', [
  { name: 'active', label: 'Active', explanation: 'It renews its lease.' },
  { name: 'stale', label: 'Stale', explanation: 'Not heard of for less than a day; its work was taken over.' },
  { name: 'inactive', label: 'Inactive', explanation: 'Not heard of for a day or longer.' },
])

export const clusterNode = object({
  name: 'ClusterNode',
  label: 'Cluster node',
  doc: 'A running or former process of this cluster.',
  verbs: ['Get', 'Query'],
  fields: {
    nodeId: number('The number that it has leased.', 'unsignedInteger', { default: 1, label: 'Node id' }),
    hostname: string('Its host name.', { label: 'Host name' }),
    lastRenewal: utcDateTime('When it was last heard of.'),
    status: oneOf(STATUS, 'Whether it is alive.'),
    role: nullable(string('The role that it was started with; empty: it runs everything.', { update: 'serverSet' })),
    duties: set({ type: 'string', format: 'string' }, 'The background work that its role gives it.', {
      update: 'serverSet',
    }),
    listeners: map<string>(
      { type: 'string', format: 'string' },
      { type: 'string', format: 'text' },
      'What its listeners do, by name.',
      { update: 'serverSet' },
    ),
    pushShard: nullable(number('Its STALWART_PUSH_SHARD.', 'unsignedInteger', { update: 'serverSet' })),
    draining: boolean('It hands its work over and takes none.', { update: 'serverSet', default: false }),
    version: nullable(string('The version of Rota that it runs.', { update: 'serverSet' })),
    startedAt: nullable(utcDateTime('When this process started.', { update: 'serverSet' })),
    lastError: nullable(string('What went wrong last.', { update: 'serverSet', format: 'text' })),
  },
  labelProperty: 'hostname',
  columns: ['nodeId', 'hostname', 'status', 'role', 'lastRenewal', 'version'],
  filters: {},
  order: { properties: ['nodeId'], ascending: true },
  sections: {
    ClusterNode: [
      { title: 'Node', fields: ['nodeId', 'hostname', 'status', 'lastRenewal', 'startedAt', 'version', 'lastError'] },
      { title: 'Work', fields: ['role', 'duties', 'listeners', 'pushShard', 'draining'] },
    ],
  },
  menu: { section: 'Management', icon: 'server', link: 'Cluster nodes' },
})

/** A node as the lease store knows it; times in ms since 1970. `live` is null once it is gone. */
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
    readonly pushShard: number | null
    readonly draining: boolean
    readonly version: string
    readonly startedAt: number
    readonly lastError: string | null
  } | null
}

/** Nodes lie in no transaction, so every call takes its own look. */
export function nodeReader(nodes: {
  known(): Promise<readonly NodeData[]>
  now(): Promise<number>
}): ObjectReader<null> {
  const all = async (): Promise<NodeData[]> =>
    (await nodes.known()).toSorted((left, right) => left.nodeId - right.nodeId)
  return {
    async get(_tx, ids) {
      const [known, now] = [await all(), await nodes.now()]
      const byId = new Map(known.map(node => [idOf(node), node]))
      return ids.flatMap((id): Stored[] => {
        const node = byId.get(id)
        return node ? [{ id, version: 1, body: bodyOf(node, now) }] : []
      })
    },
    contains: async (_tx, _selection, id) => (await all()).some(node => idOf(node) === id),
    async page(_tx, { ascending }: Selection, { limit, skip, after }) {
      const ids = (await all()).map(idOf)
      if (!ascending) ids.reverse()
      return ids.slice(after === undefined ? 0 : ids.indexOf(after) + 1).slice(skip, skip + limit)
    },
    count: async () => (await all()).length,
  }
}

function idOf(node: NodeData): Id {
  return nodeObjectId(node.nodeId)
}

export function nodeObjectId(nodeId: number): Id {
  return `node-${nodeId}`
}

/** Null: no node can have this id. */
export function nodeNumberOf(id: Id): number | null {
  const [, digits] = /^node-([1-9]\d{0,9})$/.exec(id) ?? []
  return digits === undefined ? null : Number(digits)
}

function bodyOf({ nodeId, hostname, renewedAt, live }: NodeData, now: number): JsonObject {
  const status = live && live.expiresAt > now ? 'active' : now - renewedAt < STALE_MS ? 'stale' : 'inactive'
  const seen: JsonObject = { nodeId, hostname, lastRenewal: formatDate(renewedAt), status }
  if (!live) return { ...seen, duties: {}, listeners: {} }
  const members = (names: readonly string[]): Json => Object.fromEntries(names.map(name => [name, true]))
  return {
    ...seen, role: live.role, duties: members(live.duties), listeners: live.listeners, pushShard: live.pushShard,
    draining: live.draining, version: live.version, startedAt: formatDate(live.startedAt), lastError: live.lastError,
  }
}
