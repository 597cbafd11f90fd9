/** Nodes, lanes and findings as the pages about the cluster read them: of nodes of any version, what they do not say is empty. */
import type { Json, JsonObject } from '../../../src/base/json.ts'
import { isJsonObject } from '../../../src/base/json.ts'

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
    id: textOf(row['id']) ?? '', nodeId: countOf(row['nodeId']), hostname: textOf(row['hostname']) ?? '',
    status: status === 'active' || status === 'stale' ? status : 'inactive',
    lastRenewal: textOf(row['lastRenewal']) ?? '', role: textOf(row['role']), duties: membersOf(row['duties']),
    addresses: entriesOf(row['addresses']).map(addressOf),
    pushShard: numberOf(row['pushShard']), draining: row['draining'] === true,
    owned: new Map(Object.entries(objectOf(row['ownedBuckets'])).map(([lane, count]) => [lane, countOf(count)])),
    runningTasks: countOf(row['runningTasks']), clockOffset: numberOf(row['clockOffset']), version: textOf(row['version']),
    startedAt: textOf(row['startedAt']), lastError: textOf(row['lastError']),
  }
}

export function laneOf(row: JsonObject): Lane {
  const owners = objectOf(row['owners'])
  return {
    name: textOf(row['name']) ?? '', duty: textOf(row['duty']) ?? '',
    owners: Array.from({ length: countOf(row['buckets']) }, (_, bucket) => textOf(owners[String(bucket)])),
  }
}

export function findingOf(row: JsonObject): Finding {
  return {
    id: textOf(row['id']) ?? '', severity: row['severity'] === 'error' ? 'error' : 'warning', kind: textOf(row['kind']) ?? '',
    subject: textOf(row['subject']) ?? '', text: textOf(row['text']) ?? '', advice: textOf(row['advice']) ?? '',
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
  return Object.entries(objectOf(value)).flatMap(([key, held]) => held === true ? [key] : [])
}

/** Entries of a list of objects as it travels: `{ "0": {…} }`. */
export function entriesOf(value: Json | undefined): readonly JsonObject[] {
  return Object.values(objectOf(value)).filter(isJsonObject)
}

function addressOf(row: JsonObject): NodeAddress {
  return {
    listener: textOf(row['listener']) ?? '', protocol: textOf(row['protocol']) ?? '', address: textOf(row['address']) ?? '',
    state: textOf(row['state']) ?? '', error: textOf(row['error']), since: textOf(row['since']) ?? '', connections: countOf(row['connections']),
  }
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function numberOf(value: Json | undefined): number | null {
  return typeof value === 'number' ? value : null
}

function countOf(value: Json | undefined): number {
  return numberOf(value) ?? 0
}
