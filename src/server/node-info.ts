/** What a node says of itself in its row besides what assignment needs, and how the ClusterNode object reads it again. */
import { isJsonObject, type JsonObject } from '../base/json.ts'
import type { KnownNode } from '../engine/ports.ts'
import type { ListenerState } from '../listeners/manager.ts'
import type { NodeData } from '../registry/objects/cluster-node.ts'

const TEXT_CHARS_MAX = 500

export function nodeInfo(listeners: readonly ListenerState[], lastError: string | null): JsonObject {
  return {
    listeners: Object.fromEntries(listeners.map(listener => [listener.name, listenerText(listener)])),
    lastError: lastError?.slice(0, TEXT_CHARS_MAX) ?? null,
  }
}

/** `http 127.0.0.1:8080 up`; with several addresses, one after the other. */
export function listenerText({ protocol, addresses }: ListenerState): string {
  const each = addresses.map(({ address, port, state, error }) => `${address}:${port} ${state}${error === null ? '' : ` (${error})`}`)
  return `${protocol} ${each.join(', ')}`.slice(0, TEXT_CHARS_MAX)
}

export function nodeData({ nodeId, hostname, renewedAt, live }: KnownNode): NodeData {
  if (live === null) return { nodeId, hostname, renewedAt, live: null }
  const { expiresAt, role, duties, pushShard, draining, version, startedAt, info } = live
  const listeners = isJsonObject(info['listeners']) ? info['listeners'] : {}
  const texts = Object.entries(listeners).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const lastError = typeof info['lastError'] === 'string' ? info['lastError'] : null
  return {
    nodeId, hostname, renewedAt: live.renewedAt,
    live: { expiresAt, role, duties, listeners: Object.fromEntries(texts), pushShard, draining, version, startedAt, lastError },
  }
}
