/** What became of items that were asked back: an item that is back is no longer archived, and its task says why one is not. */
import type { JsonObject } from '../../../../src/base/json.ts'
import { isJsonObject } from '../../../../src/base/json.ts'
import { text, textOrNull } from '../../api/values.ts'

/** A task RestoreArchivedItem. */
export interface Restore {
  readonly taskId: string
  readonly accountId: string
  readonly blobId: string
  readonly state: 'waits' | 'runs' | 'again' | 'failed'
  /** Why the last attempt failed. */
  readonly reason: string | null
}
export interface Asked {
  readonly back: number
  readonly waiting: number
  /** Somebody took the request back. */
  readonly withdrawn: number
  readonly failed: readonly { readonly id: string; readonly label: string; readonly taskId: string; readonly reason: string | null }[]
}

export function restoreOf(row: JsonObject): Restore {
  const status = isJsonObject(row['status']) ? row['status'] : {}
  const kind = status['@type']
  return {
    taskId: text(row['id']), accountId: text(row['accountId']), blobId: text(row['blobId']),
    state: isJsonObject(row['running']) ? 'runs' : kind === 'Failed' ? 'failed' : kind === 'Retry' ? 'again' : 'waits',
    reason: textOrNull(status['failureReason']),
  }
}

/** The task that brings the item back: one account may archive the same content twice, but asks for it once at a time. */
export function restoreFor(item: JsonObject, restores: readonly Restore[]): Restore | null {
  return restores.find(({ accountId, blobId }) => accountId === item['accountId'] && blobId === item['blobId']) ?? null
}

/** `items`: those of the asked ids that are still archived. */
export function askedOf(ids: readonly string[], items: readonly JsonObject[], restores: readonly Restore[]): Asked {
  const waiting = items.filter(({ status }) => status === 'requestRestore')
  const failed = waiting.flatMap(item => {
    const restore = restoreFor(item, restores)
    return restore?.state === 'failed' ? [{ id: text(item['id']), label: labelOf(item), taskId: restore.taskId, reason: restore.reason }] : []
  })
  return { back: ids.length - items.length, waiting: waiting.length - failed.length, withdrawn: items.length - waiting.length, failed }
}

/** What people know an item by; empty when it has no such thing. */
export function labelOf(item: JsonObject): string {
  return text(item['subject']) || text(item['name'])
}
