/** Work that goes from batch to batch, for as long as others of the lane can wait; a run that comes later goes on. */
import type { JsonObject } from '../base/json.ts'
import type { Outcome, RunContext } from '../engine/task-variant.ts'

/** Shorter than a run may take, which would count as a failure. */
export const TURN_MS = 300_000

/** To be called between two batches: throws when the run must stop, or its turn is over. */
export type Told = (progress: JsonObject) => Promise<void>

/** `work` is stopped between two batches, and can be repeated. It returns what to say at the end. */
export async function takeTurns({ now, checkpoint }: RunContext<unknown>, work: (told: Told) => Promise<string>): Promise<Outcome> {
  const end = now() + TURN_MS
  const told: Told = async progress => {
    await checkpoint(progress)
    if (now() >= end) throw new TurnOver()
  }
  try {
    return { kind: 'done', note: await work(told) }
  } catch (error) {
    if (!(error instanceof TurnOver)) throw error
    return { kind: 'snooze', forMs: 0, why: 'there is more to do' }
  }
}

class TurnOver extends Error {}
