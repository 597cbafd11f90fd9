/** Runs one batch of one variant and turns whatever happens into one result a task. Knows no store. */
import { assert } from '../../base/assert.ts'
import type { Clock } from '../../base/clock.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Log } from '../../base/log.ts'
import type { PartsLeft, TaskRow } from '../ports/task.ts'
import type { AnyBuiltVariant, Outcome, RunContext, Task } from '../task-variant.ts'
import { StopReason, stopKind } from './stop-reason.ts'

/** `stopped`: the run ended because it was told to, and nothing is to be charged. */
export type Result = { readonly outcome: Outcome | { readonly kind: 'stopped' }; readonly startedAt: number; readonly durationMs: number }

export interface ExecutorDeps {
  readonly clock: Clock
  readonly log: Log
  /** Handed to every run as `context.deps`; each variant sees the part that it declared. */
  readonly deps: unknown
  /** Asked at each start: whether the lease is trusted at this very moment (a stall may have ended it before any timer could say so) and the role still gives the duty. */
  readonly mayStart: (duty: string) => boolean
  readonly children: (id: Id, left: PartsLeft) => Promise<number>
}
export interface Execution {
  readonly variant: AnyBuiltVariant
  readonly rows: readonly TaskRow[]
  /** Aborts when the node must stop it, or somebody asked for it. */
  readonly signal: AbortSignal
  readonly progress: (progress: JsonObject) => void
}

const OUTCOME_KINDS = new Set(['done', 'snooze', 'retry', 'fail', 'spread'])

export class Executor {
  readonly #deps: ExecutorDeps
  constructor(deps: ExecutorDeps) { this.#deps = deps }

  /** One result for each row. Never rejects. */
  async run(execution: Execution): Promise<Map<Id, Result>> {
    const results = new Map<Id, Result>()
    await this.#attempt(execution, results)
    return results
  }

  async #attempt(execution: Execution, results: Map<Id, Result>): Promise<void> {
    const { clock } = this.#deps
    const { rows, variant } = execution
    const startedAt = clock.now()
    if (!this.#deps.mayStart(variant.duty)) {
      for (const row of rows) results.set(row.id, { outcome: { kind: 'stopped' }, startedAt, durationMs: 0 })
      return
    }
    const startedMs = clock.monotonicMs()
    const timeout = new AbortController()
    const signal = AbortSignal.any([execution.signal, timeout.signal])
    const cancelTimer = clock.after(variant.limits.runMsMax, () => {
      timeout.abort(new StopReason('timeout', `ran longer than ${variant.limits.runMsMax} ms`))
    })
    let outcomes: readonly (Outcome | { kind: 'stopped' })[] | null
    try {
      outcomes = checked(await this.#call(execution, signal), rows.length, variant.name)
    } catch (error) {
      outcomes = this.#afterThrow(execution, signal, error)
    } finally {
      cancelTimer()
    }
    if (outcomes === null) return this.#halve(execution, results)
    const durationMs = clock.monotonicMs() - startedMs
    for (const [index, row] of rows.entries()) results.set(row.id, { outcome: outcomes[index] ?? { kind: 'stopped' }, startedAt, durationMs })
  }

  async #call({ variant, rows, progress }: Execution, signal: AbortSignal): Promise<readonly Outcome[]> {
    const { clock, log, deps, children } = this.#deps
    const [only, another] = rows
    const context: RunContext<unknown> = {
      deps, signal, log, now: () => clock.now(), attempt: rows[0]?.attempt ?? 0,
      checkpoint: async reached => {
        signal.throwIfAborted()
        if (reached) progress(reached)
      },
      children: async left => {
        assert(only && !another, `${variant.name} asked for the children of a batch`)
        return children(only.id, left)
      },
    }
    signal.throwIfAborted()
    const tasks = rows.map((row): Task => ({ ...row.payload, id: row.id }))
    if (variant.runBatch) return variant.runBatch(tasks, context)
    const outcomes: Outcome[] = []
    for (const task of tasks) outcomes.push(await runOne(variant, task, context))
    return outcomes
  }

  /** Outcomes of a run that threw; null: find the guilty task first. */
  #afterThrow({ variant, rows }: Execution, signal: AbortSignal, error: unknown): readonly (Outcome | { kind: 'stopped' })[] | null {
    const stopped = stopKind(signal)
    if (stopped !== null && stopped !== 'timeout') return rows.map(() => ({ kind: 'stopped' as const }))
    if (rows.length > 1) return null
    if (stopped === 'timeout') return [{ kind: 'retry', why: `timed out: it ran longer than ${variant.limits.runMsMax} ms` }]
    return [this.#classify(variant, error)]
  }

  #classify(variant: AnyBuiltVariant, error: unknown): Outcome {
    try {
      return checked([variant.classify(error)], 1, variant.name)[0] ?? { kind: 'retry', why: String(error) }
    } catch (second) {
      this.#deps.log.error({ variant: variant.name, error: String(second) }, 'classify of a variant failed')
      return { kind: 'retry', why: String(error) }
    }
  }

  async #halve(execution: Execution, results: Map<Id, Result>): Promise<void> {
    const middle = Math.ceil(execution.rows.length / 2)
    await this.#attempt({ ...execution, rows: execution.rows.slice(0, middle) }, results)
    await this.#attempt({ ...execution, rows: execution.rows.slice(middle) }, results)
  }
}

/** A variant is code: what it returns is looked at before it is believed. */
function checked(outcomes: readonly Outcome[], count: number, variant: string): readonly Outcome[] {
  if (!Array.isArray(outcomes) || outcomes.length !== count) throw new Error(`${variant} returned ${outcomes?.length} outcomes for ${count} tasks`)
  for (const outcome of outcomes) {
    if (!OUTCOME_KINDS.has(outcome?.kind)) throw new Error(`${variant} returned an unknown outcome`)
    if (outcome.kind !== 'done' && typeof outcome.why !== 'string') throw new Error(`${variant} gave no reason for ${outcome.kind}`)
    if ((outcome.kind === 'snooze' || outcome.kind === 'spread') && !Number.isFinite(outcome.forMs)) throw new Error(`${variant} asked to run again after ${outcome.forMs} ms`)
    if (outcome.kind === 'retry' && outcome.afterMs !== undefined && !Number.isFinite(outcome.afterMs)) throw new Error(`${variant} asked for a retry after ${outcome.afterMs} ms`)
  }
  return outcomes
}

function runOne(variant: AnyBuiltVariant, task: Task, context: RunContext<unknown>): Promise<Outcome> {
  assert(variant.run, `${variant.name} has neither run nor runBatch`)
  return variant.run(task, context)
}
