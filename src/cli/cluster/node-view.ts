/** A ClusterNode as the commands of a cluster look at it; a server that does not say a thing leaves it null. */
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { findObject } from '../input/names.ts'
import { readAll } from '../plan/read-all.ts'
import type { Remote } from '../remote.ts'

export const NODE = 'ClusterNode'

export interface NodeView {
  /** `node-3`. */
  readonly id: string
  readonly hostname: string
  /** `active`, `draining`, `stale` or `inactive`; `unknown` when the server says something else. */
  readonly state: 'active' | 'draining' | 'stale' | 'inactive' | 'unknown'
  readonly role: string | null
  /** Lane → buckets that it holds now, none of them 0. */
  readonly held: ReadonlyMap<string, number> | null
  readonly running: number | null
  /** Name → protocol, addresses and what they do, as the server words it. */
  readonly listeners: ReadonlyMap<string, string>
  /** When this process started, in ms since 1970. */
  readonly startedAt: number | null
  /** When it was last heard of, in ms since 1970. */
  readonly lastRenewal: number | null
  readonly version: string | null
}

/** Nodes are few: all of them, in the order of their ids. */
export async function readNodes(remote: Remote): Promise<NodeView[]> {
  return (await readAll(remote, findObject(remote.model, NODE))).map(nodeView)
}

export function nodeView(row: JsonObject): NodeView {
  const held = isJsonObject(row['ownedBuckets']) ? Object.entries(row['ownedBuckets']) : null
  return {
    id: text(row['id']) ?? '', hostname: text(row['hostname']) ?? '', state: stateOf(row),
    role: text(row['role']), version: text(row['version']), startedAt: time(row['startedAt']), lastRenewal: time(row['lastRenewal']),
    held: held === null ? null : new Map(held.map(([lane, count]) => [lane, Number(count)] as const).filter(([, count]) => count > 0)),
    running: typeof row['runningTasks'] === 'number' ? row['runningTasks'] : null,
    listeners: new Map(Object.entries(isJsonObject(row['listeners']) ? row['listeners'] : {}).map(([name, what]) => [name, text(what) ?? ''])),
  }
}

/** What people call it; its id while it has not said its name. */
export function nameOf({ hostname, id }: NodeView): string {
  return hostname === '' ? id : hostname
}

export function isAway({ state }: NodeView): boolean {
  return state === 'stale' || state === 'inactive'
}

/** Over all lanes. */
export function bucketsHeld({ held }: NodeView): number {
  return [...held?.values() ?? []].reduce((sum, count) => sum + count, 0)
}

function stateOf({ status, draining }: JsonObject): NodeView['state'] {
  switch (status) {
    case 'active': return draining === true ? 'draining' : 'active'
    case 'stale': case 'inactive': return status
    default: return 'unknown'
  }
}

function time(value: Json | undefined): number | null {
  const ms = Date.parse(text(value) ?? '')
  return Number.isNaN(ms) ? null : ms
}

function text(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
