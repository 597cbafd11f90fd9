/**
 * Outcomes of changes to several objects, as they come: a line each, then what the exit code says of them
 * all.
 */
import type { SetOutcome } from '../../jmap-client/client.ts'
import type { ObjectEntry } from '../../jmap-client/model.ts'
import type { SetError } from '../../jmap-client/set-error.ts'
import type { ExitCode } from '../failure.ts'
import { CommandFailure, EXIT } from '../failure.ts'
import { printable } from '../output/cell.ts'
import { refusalCode, refusalText } from '../refusal.ts'
import type { Invocation, Remote } from '../remote.ts'

export interface Told {
  readonly done: string
  readonly json: string
  /** What people call the object with this id, where that is not the id. */
  readonly title?: (id: string) => string | undefined
}

/**
 * `told.done` is the verb in people's lines (`Deleted`), `told.json` the member that is true in a program's
 * line.
 */
export async function printOutcomes(
  to: Invocation, remote: Remote, object: ObjectEntry, told: Told, outcomes: AsyncIterable<SetOutcome>,
): Promise<ExitCode> {
  const one = (id: string) => object.kind === 'singleton' ? object.name : `${object.name} ${told.title?.(id) ?? id}`
  const errors: SetError[] = []
  let done = 0
  for await (const outcome of outcomes) {
    if (outcome.kind === 'done') {
      done += 1
      if (to.json) await to.terminal.print(JSON.stringify({ id: outcome.id, [told.json]: true, ...outcome.result }))
      else await to.terminal.print(`${told.done} ${one(outcome.id)}`)
      continue
    }
    errors.push(outcome.error)
    const reason = refusalText(remote.model, object, outcome.error)
    if (to.json) await to.terminal.print(refusedLine(outcome.id, outcome.error.type, reason))
    else to.terminal.note(`${one(outcome.id)}: ${printable(reason)}`)
  }
  if (!to.json && errors.length > 0 && done + errors.length > 1) {
    to.terminal.note(`${done} ${told.json}, ${errors.length} refused`)
  }
  return verdict(to, errors, done)
}

/**
 * What the exit code says of all outcomes together. People have read the refusals; programs find an error on standard
 * error whenever the exit code is not 0.
 */
export function verdict(to: Invocation, refused: readonly SetError[], done: number): ExitCode {
  if (refused.length === 0) return EXIT.ok
  const code = refusalCode(refused)
  if (!to.json) return code
  const [first, ...others] = new Set(refused.map(({ type }) => type))
  const type = others.length === 0 ? first : undefined
  throw new CommandFailure(code, `${refused.length} of ${done + refused.length} refused`, null, type)
}

export function refusedLine(id: string, type: string, reason: string): string {
  return JSON.stringify({ id, error: { type, message: reason } })
}
