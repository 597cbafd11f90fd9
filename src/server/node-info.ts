/** What a node says of itself in its row besides what assignment needs, and how the ClusterNode object reads it again. */
import type { Id } from '../base/ids.ts'
import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import type { JudgedNode } from '../engine/assign/findings.ts'
import type { KnownNode, NodeRow } from '../engine/ports/node.ts'
import { formatBind, parseBind, type BindAddress } from '../listeners/bind.ts'
import type { ListenerState } from '../listeners/manager.ts'
import { isAddressState, type NodeAddress, type NodeData } from '../registry/objects/cluster-node.ts'

const TEXT_CHARS_MAX = 500
/** A heartbeat writes them each time. */
const ADDRESSES_MAX = 200
const CERTIFICATES_MAX = 50

export interface NodeReport {
  readonly listeners: readonly ListenerState[]
  /** Addresses of its own that it has for listeners, by their names. */
  readonly binds: ReadonlyMap<string, BindAddress>
  readonly runningTasks: number
  /** Of the wall clock to the store's; null: not measured yet. */
  readonly clockOffsetMs: number | null
  readonly lastError: string | null
  /** Why certificates cannot be read here, by id. */
  readonly certificates: Readonly<Record<Id, string>>
  /** Why mail is not judged here as it should be; null: it is. */
  readonly spamProblem: string | null
}

export function nodeInfo({ listeners, binds, runningTasks, clockOffsetMs, lastError, certificates, spamProblem }: NodeReport): JsonObject {
  return {
    listeners: Object.fromEntries(listeners.map(listener => [listener.name, listenerText(listener)])),
    addresses: listeners.flatMap(addressesOf).slice(0, ADDRESSES_MAX),
    binds: Object.fromEntries([...binds].slice(0, ADDRESSES_MAX).map(([name, address]) => [name, formatBind(address)])),
    runningTasks, clockOffsetMs, lastError: lastError?.slice(0, TEXT_CHARS_MAX) ?? null,
    spamProblem: spamProblem?.slice(0, TEXT_CHARS_MAX) ?? null,
    certificates: Object.fromEntries(Object.entries(certificates).slice(0, CERTIFICATES_MAX).map(([id, text]) => [id, text.slice(0, TEXT_CHARS_MAX)])),
  }
}

function addressesOf({ name, protocol, addresses }: ListenerState): JsonObject[] {
  return addresses.map(({ address, port, state, error, since, connections }) => ({
    listener: name, protocol, address: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`, state,
    error: error?.slice(0, TEXT_CHARS_MAX) ?? null, since, connections,
  }))
}

/** `http 127.0.0.1:8080 up`; with several addresses, one after the other. */
export function listenerText({ protocol, addresses }: ListenerState): string {
  const each = addresses.map(({ address, port, state, error }) => `${address}:${port} ${state}${error === null ? '' : ` (${error})`}`)
  return `${protocol} ${each.join(', ')}`.slice(0, TEXT_CHARS_MAX)
}

export function nodeData({ nodeId, hostname, renewedAt, live }: KnownNode): NodeData {
  if (live === null) return { nodeId, hostname, renewedAt, live: null }
  const { expiresAt, role, duties, pushShard, draining, drainRequested, version, startedAt, info } = live
  const lastError = typeof info['lastError'] === 'string' ? info['lastError'] : null
  const runningTasks = typeof info['runningTasks'] === 'number' ? info['runningTasks'] : 0
  return {
    nodeId, hostname, renewedAt: live.renewedAt,
    live: {
      expiresAt, role, duties, listeners: textsIn(info['listeners']), addresses: addressesIn(info), pushShard, draining: draining || drainRequested, runningTasks,
      clockOffsetMs: clockOffsetOf(info), version, startedAt, lastError, certificateProblems: textsIn(info['certificates']),
    },
  }
}

/** What `binds` said; nothing of a node of an older version. */
export function bindsIn(info: JsonObject): ReadonlyMap<string, BindAddress> {
  return new Map(Object.entries(textsIn(info['binds'])).flatMap(([name, text]) => {
    const address = parseBind(text)
    return address === null ? [] : [[name, address] as const]
  }))
}

function textsIn(value: Json | undefined): Readonly<Record<string, string>> {
  const entries = Object.entries(isJsonObject(value) ? value : {})
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

/** None of a node of an older version. */
function addressesIn({ addresses }: JsonObject): NodeAddress[] {
  return Array.isArray(addresses) ? addresses.flatMap(addressIn) : []
}

function addressIn(value: Json): NodeAddress[] {
  if (!isJsonObject(value)) return []
  const { listener, protocol, address, state, error, since, connections } = value
  if (typeof listener !== 'string' || typeof protocol !== 'string' || typeof address !== 'string' || !isAddressState(state)) return []
  return [{
    listener, protocol, address, state, error: typeof error === 'string' ? error : null,
    since: typeof since === 'number' ? since : 0, connections: typeof connections === 'number' ? connections : 0,
  }]
}

/** A live node as the findings judge it. */
export function judgedNode(node: NodeRow): JudgedNode {
  return { ...node, clockOffsetMs: clockOffsetOf(node.info), spamProblem: typeof node.info['spamProblem'] === 'string' ? node.info['spamProblem'] : null }
}

function clockOffsetOf(info: JsonObject): number | null {
  return typeof info['clockOffsetMs'] === 'number' ? info['clockOffsetMs'] : null
}
