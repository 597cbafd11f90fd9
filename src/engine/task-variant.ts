/**
 * The shape of a task variant: one frozen value in one file, from which the API, CLI, forms, reference pages and the
 * executor are all read. The engine knows no duty, lane or variant by name.
 */
import type { Fields, Infer } from '../base/fields.ts'
import type { JsonObject } from '../base/json.ts'
import type { Id } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import type { Band, PartsLeft } from './ports/task.ts'

/**
 * How one run of one task ended.
 * done: the row goes (follow-ups are written in the same transaction). snooze: run again later, no attempt counted.
 * retry: an attempt is counted and the retry arithmetic decides (`afterMs`: not before; the total deadline applies all
 * the same). fail: no retry helps. spread: parts of it are for other tasks, its children, which come in the same
 * transaction; it runs again after `forMs` to look after them. Earlier failures are forgiven, and no run is kept.
 */
export type Outcome =
  | { readonly kind: 'done'; readonly followUps?: readonly TaskDraft[]; readonly note?: string }
  | { readonly kind: 'snooze'; readonly forMs: number; readonly why: string; readonly payload?: JsonObject }
  | { readonly kind: 'retry'; readonly why: string; readonly afterMs?: number; readonly attemptsMax?: number; readonly payload?: JsonObject }
  | { readonly kind: 'fail'; readonly why: string }
  | { readonly kind: 'spread'; readonly children: readonly TaskDraft[]; readonly forMs: number; readonly why: string; readonly payload: JsonObject }

/** A task that somebody wants: lane, bucket and keys are filled in by the catalogue. `due` defaults to now. */
export interface TaskDraft {
  readonly variant: string
  readonly payload: JsonObject
  readonly due?: number
  readonly band?: Band
}

/** A task as its variant sees it. */
export type Task<F extends Fields = Fields> = Infer<F> & { readonly id: Id }

export interface RunContext<Deps> {
  readonly deps: Deps
  /** Aborts on time-out, cancel, hand-over past the drain limit, and loss of the lease. */
  readonly signal: AbortSignal
  readonly now: () => number
  readonly attempt: number
  readonly log: Log
  /** Throws when the run must stop; else remembers the progress, which people see once the task is pinned. */
  checkpoint(progress?: JsonObject): Promise<void>
  /** How many are left of the children of the task that runs (not for batches). */
  children(left: PartsLeft): Promise<number>
}

export interface Limits {
  /** Aborted and retried after this long. */
  readonly runMsMax: number
  /** Runs (or batches) at a time on one node. */
  readonly concurrencyPerNode: number
  /** Tasks in one batch; only with runBatch. */
  readonly batchMax?: number
}

interface VariantBase<F extends Fields, Duty extends string> {
  /** The wire's `@type`; the file is named after it in kebab case. */
  readonly name: string
  readonly label: string
  readonly doc: string
  readonly duty: Duty
  readonly lane: string
  readonly fields: F
  /** Tasks of one key run one at a time, in due order; null: each task alone. */
  readonly orderingKey: (task: Infer<F>) => string | null
  /** One waiting task a key: a second one is taken into it. */
  readonly dedupeKey?: (task: Infer<F>) => string
  readonly band?: Band
  /** Clients may create it; else `forbidden` with the reason. */
  readonly creatable: true | { readonly forbidden: string }
  /** Why a creation with these values is refused, or null; for what the fields alone cannot say. */
  readonly refuse?: (task: Infer<F>) => string | null
  /** Never Failed by running out of attempts: after 1, 2, 4, then every 6 h (semantics: certificates, DKIM keys). */
  readonly perpetual?: boolean
  /** Keep every run record, or count routine successes by day. */
  readonly history?: 'all' | 'countSuccesses'
}

export interface BuiltVariant<F extends Fields, Duty extends string, Deps> extends VariantBase<F, Duty> {
  readonly limits: Limits
  readonly run?: (task: Task<F>, context: RunContext<Deps>) => Promise<Outcome>
  /** One outcome for each task, in order. When it throws, the batch is halved until the guilty task alone is charged. */
  readonly runBatch?: (tasks: readonly Task<F>[], context: RunContext<Deps>) => Promise<readonly Outcome[]>
  /** The only place that tells retry from fail for what was thrown. */
  readonly classify: (error: unknown) => Outcome
}

/** Declared so that clients see it, but its work is not there yet: creation is refused with this reason. */
export interface PlannedVariant<F extends Fields, Duty extends string> extends VariantBase<F, Duty> {
  readonly notBuilt: string
}

export type TaskVariant<F extends Fields = Fields, Duty extends string = string, Deps = unknown> = BuiltVariant<F, Duty, Deps> | PlannedVariant<F, Duty>
// Variance: a list of variants forgets each one's fields and dependencies; the catalogue gives them back by name.
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyVariant = BuiltVariant<any, string, any> | PlannedVariant<any, string>
export type AnyBuiltVariant = Extract<AnyVariant, { limits: Limits }>

export function isBuilt(variant: AnyVariant): variant is AnyBuiltVariant {
  return 'limits' in variant
}

export interface TaskDefiner<Duty extends string> {
  task<const F extends Fields, Deps>(variant: BuiltVariant<F, Duty, Deps>): BuiltVariant<F, Duty, Deps>
  planned<const F extends Fields>(variant: PlannedVariant<F, Duty>): PlannedVariant<F, Duty>
}

/** Closes the set of duties: a variant with another duty does not compile. */
export function taskDefiner<const Duty extends string>(_duties: readonly Duty[]): TaskDefiner<Duty> {
  return {
    task: variant => Object.freeze(variant),
    planned: variant => Object.freeze(variant),
  }
}
