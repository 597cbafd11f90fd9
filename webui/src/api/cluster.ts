/** Nodes, lanes and findings as the pages about the cluster read them: of nodes of any version, what they do not say is empty. */
import type { Json, JsonObject } from '../../../src/base/json.ts'
import { isJsonObject } from '../../../src/base/json.ts'
import { amount, numberOrNull, objectOrNull, text, textOrNull } from './values.ts'

export interface NodeAddress {
  readonly listener: string
  readonly protocol: string
  /** With its port. */
  readonly address: string
  readonly state: string
  readonly error: string | null
  readonly since: string
  readonly connections: number
}
export interface ClusterNode {
  readonly id: string
  readonly nodeId: number
  readonly hostname: string
  readonly status: 'active' | 'stale' | 'inactive'
  readonly lastRenewal: string
  /** null: it was started without one and does everything. */
  readonly role: string | null
  readonly duties: readonly string[]
  readonly addresses: readonly NodeAddress[]
  readonly pushShard: number | null
  readonly draining: boolean
  /** By lane. */
  readonly owned: ReadonlyMap<string, number>
  readonly runningTasks: number
  /** ms; positive: ahead. */
  readonly clockOffset: number | null
  readonly version: string | null
  readonly startedAt: string | null
  readonly lastError: string | null
}
export interface Lane {
  readonly name: string
  readonly duty: string
  /** By bucket: the id of the ClusterNode that holds it. */
  readonly owners: readonly (string | null)[]
}
export interface Finding {
  readonly id: string
  readonly severity: 'error' | 'warning'
  readonly kind: string
  readonly subject: string
  readonly text: string
  readonly advice: string
}

export function nodeOf(row: JsonObject): ClusterNode {
  const status = row['status']
  return {
    id: text(row['id']), nodeId: amount(row['nodeId']), hostname: text(row['hostname']),
    status: status === 'active' || status === 'stale' ? status : 'inactive',
    lastRenewal: text(row['lastRenewal']), role: textOrNull(row['role']), duties: membersOf(row['duties']),
    addresses: entriesOf(row['addresses']).map(addressOf),
    pushShard: numberOrNull(row['pushShard']), draining: row['draining'] === true,
    owned: new Map(Object.entries(objectOrNull(row['ownedBuckets']) ?? {}).map(([lane, count]) => [lane, amount(count)])),
    runningTasks: amount(row['runningTasks']), clockOffset: numberOrNull(row['clockOffset']), version: textOrNull(row['version']),
    startedAt: textOrNull(row['startedAt']), lastError: textOrNull(row['lastError']),
  }
}

export function laneOf(row: JsonObject): Lane {
  const owners = objectOrNull(row['owners']) ?? {}
  return {
    name: text(row['name']), duty: text(row['duty']),
    owners: Array.from({ length: amount(row['buckets']) }, (_, bucket) => textOrNull(owners[String(bucket)])),
  }
}

export function findingOf(row: JsonObject): Finding {
  return {
    id: text(row['id']), severity: row['severity'] === 'error' ? 'error' : 'warning', kind: text(row['kind']),
    subject: text(row['subject']), text: text(row['text']), advice: text(row['advice']),
  }
}

/** Over all lanes. */
export function bucketsOf({ owned }: ClusterNode): number {
  return [...owned.values()].reduce((sum, count) => sum + count, 0)
}

/** It may be given work. */
export function isWorking({ status, draining }: ClusterNode): boolean {
  return status === 'active' && !draining
}

/** Members of a set as it travels: `{ "member": true }`. */
export function membersOf(value: Json | undefined): readonly string[] {
  return Object.entries(objectOrNull(value) ?? {}).flatMap(([key, held]) => held === true ? [key] : [])
}

/** Entries of a list of objects as it travels: `{ "0": {…} }`. */
export function entriesOf(value: Json | undefined): readonly JsonObject[] {
  return Object.values(objectOrNull(value) ?? {}).filter(isJsonObject)
}

function addressOf(row: JsonObject): NodeAddress {
  return {
    listener: text(row['listener']), protocol: text(row['protocol']), address: text(row['address']),
    state: text(row['state']), error: textOrNull(row['error']), since: text(row['since']), connections: amount(row['connections']),
  }
}
