/** What a deleted account has become, as the task says that removes its data. */
import type { Json, JsonObject } from '../../../../src/base/json.ts'
import { isJsonObject } from '../../../../src/base/json.ts'

/** A task DestroyAccount: an account that is away, and whose data goes. */
export interface Departure {
  readonly taskId: string
  readonly accountId: string | null
  readonly name: string
  readonly domainId: string | null
  readonly kind: string
  /** When its data goes; null: the removal has failed and waits for somebody. */
  readonly due: string | null
  readonly state: 'waits' | 'removing' | 'failed'
  readonly progress: string | null
  readonly failure: string | null
}

export function departureOf(row: JsonObject): Departure {
  const status = isJsonObject(row['status']) ? row['status'] : {}
  const running = isJsonObject(row['running']) ? row['running'] : null
  const attempted = status['@type'] === 'Retry'
  return {
    taskId: String(row['id']), accountId: textOf(row['accountId']), name: textOf(row['accountName']) ?? '', domainId: textOf(row['accountDomainId']),
    kind: textOf(row['accountType']) ?? '', due: textOf(row['due']),
    // Once the removal has begun, parts of the account may be gone: it goes on after a failure, and nothing comes back.
    state: status['@type'] === 'Failed' ? 'failed' : running !== null || attempted ? 'removing' : 'waits',
    progress: running === null ? null : textOf(running['progress']), failure: textOf(status['failureReason']),
  }
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
