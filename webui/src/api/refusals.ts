/** What the server said of those that it refused, of a change of many. */
import type { SetOutcome } from '../../../src/jmap-client/client.ts'

/** Of the first one; null: none was refused. */
export function refusalText(outcomes: readonly SetOutcome[]): string | null {
  const refused = outcomes.find(outcome => outcome.kind === 'refused')
  return refused?.kind === 'refused' ? refused.error.description ?? refused.error.type : null
}
