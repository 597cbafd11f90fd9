/**
 * The outcomes of one change to several objects, each with what it is about. A method that is refused as a whole is a
 * refusal of every object that it was about; when no answer comes, or the server broke off half-way, nobody knows.
 */
import type { SetOutcome } from '../../jmap-client/client.ts'
import { ConnectionFailed, HttpFailed, MethodFailed, ReplyMalformed } from '../../jmap-client/errors.ts'
import { setError } from '../../jmap-client/set-error.ts'
import type { Subject } from './report.ts'

const UNKNOWN = [MethodFailed, ConnectionFailed, HttpFailed, ReplyMalformed]
/** Errors of a server that may have done a part of the work. */
const BROKEN_OFF = ['serverFail', 'serverPartialFail', 'serverUnavailable']

/** `subjects` by the key of their outcome; `lost` hears of those whose outcome is not known. */
export async function* outcomesOf(
  subjects: ReadonlyMap<string, Subject>, outcomes: AsyncIterable<readonly [string, SetOutcome]>,
  lost: (open: readonly Subject[]) => void,
): AsyncGenerator<[Subject, SetOutcome]> {
  const open = new Map(subjects)
  try {
    for await (const [key, outcome] of outcomes) {
      const subject = open.get(key)
      open.delete(key)
      if (subject !== undefined) yield [subject, outcome]
    }
  } catch (error) {
    if (!isRefusal(error)) {
      if (UNKNOWN.some(kind => error instanceof kind)) lost([...open.values()])
      throw error
    }
    const { type, description } = error
    for (const [id, subject] of open) yield [subject, { kind: 'refused', id, error: setError({ type, description }) }]
  }
}

/** Changes and removals have their own ids for keys. */
export async function* byId(outcomes: AsyncIterable<SetOutcome>): AsyncGenerator<[string, SetOutcome]> {
  for await (const outcome of outcomes) yield [outcome.id, outcome]
}

function isRefusal(error: unknown): error is MethodFailed {
  return error instanceof MethodFailed && !BROKEN_OFF.includes(error.type)
}
