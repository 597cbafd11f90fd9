/** One batch from start to written outcome, for every lane of one node. */
import type { Id, IdSource } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import type { Random } from '../../base/random.ts'
import { errorText } from '../../errors.ts'
import type { Catalogue } from '../catalogue.ts'
import type { Finish } from '../ports/queue.ts'
import type { RunRecord } from '../ports/run.ts'
import type { TaskRow } from '../ports/task.ts'
import type { Batch } from '../queue/pass.ts'
import type { RetrySettings } from '../../base/retry-plan.ts'
import { isBuilt, type AnyBuiltVariant } from '../task-variant.ts'
import type { Completer } from './completer.ts'
import type { Executor, Result } from './executor.ts'
import type { History } from './history.ts'
import type { Flight, Pins } from './pins.ts'
import { unrunnable, writable, type Circumstances } from './results.ts'
import type { Solo } from './solo.ts'

export interface BatchRunnerDeps {
  readonly catalogue: Catalogue
  readonly nodeId: number
  readonly ids: IdSource
  readonly executor: Executor
  readonly completer: Completer
  readonly history: History
  readonly pins: Pins
  readonly solo: Solo
  readonly settings: () => RetrySettings
  /** The store's time, ms since 1970. */
  readonly now: () => number
  readonly random: Random
  readonly log: Log
}
/**
 * Called once a task when it is no longer in flight; `settled` false: no outcome of it counts, read its row again.
 * `againInMs`: when it is due again.
 */
export type Ended = (id: Id, settled: boolean, againInMs?: number) => void

export class BatchRunner {
  readonly #deps: BatchRunnerDeps
  constructor(deps: BatchRunnerDeps) { this.#deps = deps }

  /** `pinFirst`: a task of the batch may have been running when the last holder died. Never rejects. */
  async run(batch: Batch, pinFirst: boolean, ended: Ended): Promise<void> {
    const { pins, solo, log } = this.#deps
    const alone = batch.rows.some(row => row.crashes > 0)
    if (alone) solo.take()
    const flight = pins.begin(batch.rows)
    try {
      await this.#runIn(flight, batch, pinFirst || alone, ended)
    } catch (error) {
      log.error({ variant: batch.variant, error: errorText(error) }, 'a batch broke off')
      await this.#leave(flight, ended)
    } finally {
      await pins.end(flight)
      if (alone) solo.give()
    }
  }

  async #runIn(flight: Flight, batch: Batch, pinFirst: boolean, ended: Ended): Promise<void> {
    const { catalogue, executor, pins, settings, now } = this.#deps
    // Destroyed, but its parts were too many: the store takes some more of them away.
    if (batch.rows.some(row => row.holder === null && row.request !== null)) return this.#leave(flight, ended)
    const variant = catalogue.variants.get(batch.variant)
    if (!variant || !isBuilt(variant) || batch.rows.some(row => row.crashes > 0)) {
      const states = batch.rows.map(row => unrunnable(row, variant, settings(), now()))
      if (states.some(state => state !== null)) return this.#fail(flight, states, ended)
    }
    if (!variant || !isBuilt(variant)) return
    if (pinFirst && !await pins.pinFirst(flight)) return this.#leave(flight, ended)
    const results = await executor.run({
      variant, rows: batch.rows, signal: flight.stop.signal, progress: reached => { flight.progress = reached },
    })
    await pins.end(flight)
    for (const row of batch.rows) {
      const result = results.get(row.id)
      if (result) this.#write(flight, row, variant, result, ended)
    }
  }

  #write(flight: Flight, row: TaskRow, variant: AnyBuiltVariant, result: Result, ended: Ended): void {
    const { settings, now, random, catalogue, ids } = this.#deps
    const requested = flight.requested.has(row.id)
    const about: Circumstances = {
      settings: settings(), now: now(), random, requested, changed: flight.changed.has(row.id), pinned: flight.mayBePinned,
      toRow: draft => catalogue.row(draft, ids, now()),
    }
    const { finish, outcome, error, note } = writable(row, variant, result, about)
    if (outcome) this.#remember(row, result, { outcome, error, note }, variant.history !== 'countSuccesses' || outcome !== 'done')
    if (!finish) return ended(row.id, false)
    // A `done` whose row was edited meanwhile carries out what was asked of the row: the store sees to that.
    this.#finish(flight, finish, ended)
  }

  /** `keep` false: it is only counted. */
  #remember(row: TaskRow, { startedAt, durationMs }: Pick<Result, 'startedAt' | 'durationMs'>, end: Pick<RunRecord, 'outcome' | 'error' | 'note'>, keep: boolean): void {
    const { history, nodeId } = this.#deps
    const { id: taskId, variant, accountId, parentId, attempt } = row
    history.record({ taskId, variant, accountId, parentId, nodeId, startedAt, durationMs, attempt, ...end }, keep)
  }

  #fail(flight: Flight, states: readonly ReturnType<typeof unrunnable>[], ended: Ended): void {
    for (const [index, row] of flight.rows.entries()) {
      const state = states[index]
      if (!state) {
        ended(row.id, false)
        continue
      }
      // It did not run. That it failed is a record all the same: without one it looks like a task that somebody has set aside.
      this.#remember(row, { startedAt: this.#deps.now(), durationMs: 0 }, { outcome: 'failed', error: state.failureReason, note: null }, true)
      this.#finish(flight, { kind: 'again', id: row.id, version: row.version, state }, ended)
    }
  }

  /** Nothing of the batch counts; a pin that may have landed is taken back. */
  async #leave(flight: Flight, ended: Ended): Promise<void> {
    await this.#deps.pins.end(flight)
    for (const row of flight.rows) this.#finish(flight, { kind: 'release', id: row.id }, ended)
  }

  #finish({ startedAt }: Flight, finish: Finish, ended: Ended): void {
    this.#deps.completer.add({ ...finish, startedAt }, applied => {
      const waits = finish.kind === 'again' && finish.state.status !== 'Failed'
      ended(finish.id, applied && finish.kind !== 'release', waits ? finish.state.due - this.#deps.now() : Infinity)
    })
  }
}
