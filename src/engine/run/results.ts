/** What to write for one ended run: pure, so that every combination of result and circumstance has a test. */
import type { Random } from '../../base/random.ts'
import { errorText } from '../../errors.ts'
import type { Finish } from '../ports/queue.ts'
import type { RunOutcome } from '../ports/run.ts'
import { DUE_NEVER, type NewTask, type TaskRow, type TaskState } from '../ports/task.ts'
import { stateAfter, stateAfterCrash } from '../queue/retry.ts'
import type { RetrySettings } from '../../base/retry-plan.ts'
import { isBuilt, type AnyBuiltVariant, type AnyVariant, type TaskDraft } from '../task-variant.ts'
import type { Result } from './executor.ts'

const NOTE_CHARS_MAX = 500

export interface Circumstances {
  readonly settings: RetrySettings
  readonly now: number
  readonly random: Random
  /** Somebody asked for this task to stop. */
  readonly requested: boolean
  /** The row was changed or destroyed while it ran, and the run was stopped for that. */
  readonly changed: boolean
  /** The row may carry our pin. */
  readonly pinned: boolean
  readonly toRow: (draft: TaskDraft) => NewTask
}
/** `finish` null: nothing to write. `outcome` null: nothing to keep in the history. */
export interface Written { readonly finish: Finish | null; readonly outcome: RunOutcome | null; readonly error: string | null; readonly note: string | null }

/** As `written`; follow-ups that cannot be made (an unknown variant, a key that throws) are a mistake of this task alone. */
export function writable(row: TaskRow, variant: AnyBuiltVariant, result: Result, about: Circumstances): Written {
  try {
    return written(row, variant, result, about)
  } catch (error) {
    return written(row, variant, { ...result, outcome: { kind: 'fail', why: `its follow-up cannot be made: ${errorText(error)}` } }, about)
  }
}

export function written(row: TaskRow, variant: AnyBuiltVariant, result: Result, about: Circumstances): Written {
  const { outcome } = result
  if (outcome.kind === 'done') {
    const followUps = outcome.followUps?.map(about.toRow) ?? []
    return { finish: { kind: 'done', id: row.id, version: row.version, followUps }, outcome: 'done', error: null, note: outcome.note?.slice(0, NOTE_CHARS_MAX) ?? null }
  }
  if (about.requested) return { finish: { kind: 'release', id: row.id }, outcome: 'cancelled', error: null, note: null }
  if (outcome.kind === 'stopped') {
    const finish: Finish | null = about.pinned ? { kind: 'release', id: row.id } : null
    return { finish, outcome: about.changed ? 'cancelled' : null, error: null, note: null }
  }
  const state = stateAfter(row, outcome, about.settings, variant.perpetual ?? false, about.now, about.random)
  const payload = 'payload' in outcome && outcome.payload ? { payload: outcome.payload } : {}
  if (outcome.kind === 'spread') {
    const children = outcome.children.map(draft => ({ ...about.toRow(draft), parentId: row.id }))
    return { finish: { kind: 'again', id: row.id, version: row.version, state, crashes: 0, children, ...payload }, outcome: null, error: null, note: null }
  }
  const kept = outcome.kind === 'snooze' ? 'snooze' : state.status === 'Failed' ? 'failed' : 'retry'
  return { finish: { kind: 'again', id: row.id, version: row.version, state, crashes: 0, ...payload }, outcome: kept, error: outcome.why, note: null }
}

/** The state of a task that must not run: its work is not there, or crashes used up its attempts. Null: it may run. */
export function unrunnable(row: TaskRow, variant: AnyVariant | undefined, settings: RetrySettings, now: number): TaskState | null {
  if (variant && isBuilt(variant)) return row.crashes > 0 ? stateAfterCrash(row, settings, variant.perpetual ?? false, now) : null
  const failureReason = variant ? variant.notBuilt : `this version does not know the variant ${row.variant}`
  return { status: 'Failed', due: DUE_NEVER, attempt: row.attempt, firstFailedAt: row.firstFailedAt ?? now, failedAt: now, failureReason }
}
