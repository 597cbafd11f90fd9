/**
 * Older role lists as what a node takes today: a role for all nodes that do the same, the environment of each node, and
 * what the lists say that has no equal.
 */
import type { RoleKey, RolesFile, Shards } from '../../legacy/roles-file.ts'
import { ROLE_KEYS } from '../../legacy/roles-file.ts'

export interface NewRole { readonly name: string; readonly taskTypes: readonly string[] }
export interface NodeChoice {
  /** Null: every node that the lists do not name. */
  readonly node: number | null
  /** Null: it does everything, and needs no role. */
  readonly role: string | null
  readonly pushShard: number | null
}
export interface Conversion {
  readonly roles: readonly NewRole[]
  /** The named ones by id, then the others. */
  readonly nodes: readonly NodeChoice[]
  /** Null: push delivery is in no shards. */
  readonly pushShards: number | null
  /** For people, a sentence each. */
  readonly remarks: readonly string[]
}

const PUSH: RoleKey = 'push-notifications'
const GENERAL = 'taskQueueProcessing'
/** Duties that no list ever named: every node had their work. */
const UNLISTED = ['outboundMta', 'taskScheduler'] as const
const DUTIES = [...new Set([...ROLE_KEYS.map(({ duty }) => duty), ...UNLISTED])]
const NAMED_NODES_MAX = 8
const PUSH_SHARDS_MAX = 64

export function convertRoles({ roles: lists }: RolesFile): Conversion {
  const ids = [...new Set([...lists.values()].flat(2))].sort((a, b) => a - b)
  const groups = Map.groupBy<string, number | null>([...ids, null], node => dutiesOf(lists, node).join())
  const roles = [...groups].flatMap(([duties, nodes]) =>
    duties === DUTIES.join() ? [] : [{ name: roleName(nodes), taskTypes: duties.split(','), nodes }])
  const push = lists.get(PUSH) ?? []
  const pushShards = push.length > 1 && push.length <= PUSH_SHARDS_MAX ? push.length : null
  const nodes = [...ids, null].map(node => {
    const index = push.findIndex(members => node !== null && members.includes(node))
    const role = roles.find(each => each.nodes.includes(node))?.name ?? null
    return { node, role, pushShard: pushShards === null || index < 0 ? null : index + 1 }
  })
  return { roles: roles.map(({ name, taskTypes }) => ({ name, taskTypes })), nodes, pushShards, remarks: remarks(lists) }
}

/**
 * A duty is a node's when one of its lists names the node, or when none of them is there. So the general queue, which
 * has the work of several lists, goes to the nodes of those that are there.
 */
function dutiesOf(lists: RolesFile['roles'], node: number | null): string[] {
  return DUTIES.filter(duty => {
    const there = ROLE_KEYS.filter(role => role.duty === duty).flatMap(({ key }) => lists.get(key) ?? [])
    return there.length === 0 || there.some(members => node !== null && members.includes(node))
  })
}

function roleName(nodes: readonly (number | null)[]): string {
  if (nodes.includes(null)) return 'other-nodes'
  if (nodes.length === 1) return `node-${nodes[0]}`
  return nodes.length <= NAMED_NODES_MAX ? `nodes-${nodes.join('-')}` : `nodes-${nodes[0]}-to-${nodes.at(-1)}`
}

function remarks(lists: RolesFile['roles']): string[] {
  if (lists.size === 0) return ['The file has no role lists: every node does everything, and no role is needed.']
  const sharded = [...lists].filter(([key, shards]) => key !== PUSH && shards.length > 1)
  const general = ROLE_KEYS.filter(({ duty }) => duty === GENERAL).map(({ key }) => key)
  const listed = general.filter(key => lists.has(key))
  const pushShards = lists.get(PUSH)?.length ?? 0
  return [
    ...sharded.map(([key, shards]) =>
      `${key} has ${shards.length} shards (${textOf(shards)}). Shards have no equal here: the work is divided among all nodes with the duty, and a node that is gone is replaced by any of them.`),
    ...(listed.length > 0 ? [
      `${listed.map(key => `${key} (${textOf(lists.get(key) ?? [])})`).join(', ')}: the work of ${general.join(', ')} is one duty here, ${GENERAL}, with the rest of the general queue. Each of these nodes does all of it, and no other node does any.`,
    ] : []),
    ...(pushShards > PUSH_SHARDS_MAX ? [`${PUSH} has ${pushShards} shards; ${PUSH_SHARDS_MAX} are the most here. No node gets one: its duty is divided like the others.`] : []),
    `No list named ${UNLISTED.join(' and ')}: every role has them. One node of all schedules at a time.`,
    'Node ids are given out by host name: node-id is not needed. Take ROTA_CONFIG from a node when it has its role, because its lists narrow what the role gives.',
  ]
}

function textOf(shards: Shards): string {
  return shards.map(members => members.join(',')).join(' | ')
}
