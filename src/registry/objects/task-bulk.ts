/**
 * `x:Task/bulk`: one action on all tasks that a filter finds. Tasks are gone through in the order of their ids, which never
 * change, up to the newest one that there was when the first call (or the dry run) began: whatever tasks do meanwhile, none
 * is met twice, and none that goes on matching is left out. A call does at most TASKS_MAX of them in one transaction,
 * together with its entry in the audit log, and gives a cursor to go on from.
 *
 * A task is judged as it stands in that transaction. Each action does to it what the same change by `/set` would, except
 * that what needs no change is left alone: retrying what is due or runs already would only set it back.
 *
 * | event | what happens |
 * |---|---|
 * | reply lost, call repeated with the same cursor | what was done needs no change any more |
 * | task ends, or does not match any more, before its turn | it is not counted |
 * | task runs | `requested`: its node stops it first |
 * | its variant does more than run (an account leaves, comes back) | one by one, as `/set` does it, with an entry of its own |
 * | more match than were expected | refused before any is done; in a later call, before any of that call is |
 */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { MethodError } from '../method.ts'
import type { CallContext, Method } from '../method.ts'
import { bulkEntry } from '../ops/audit.ts'
import { requirePermission } from '../ops/environment.ts'
import type { Environment } from '../ops/environment.ts'
import { Writer } from '../ops/write.ts'
import type { WriteContext } from '../schema/object.ts'
import { SetFailure } from '../set-error.ts'
import { variantNames } from '../values/shapes.ts'
import { BulkReport } from './bulk-report.ts'
import type { Refused } from './bulk-report.ts'
import { BULK_ACTIONS, placeText, readBulk } from './bulk-request.ts'
import type { BulkPlace, BulkRequest } from './bulk-request.ts'
import type { TaskData, TaskPort, TaskRows } from './task-backend.ts'
import { matches } from './task-conditions.ts'
import type { TaskConditions } from './task-conditions.ts'
import { completeStatus, stateOf, statusBody } from './task-status.ts'

/** Others wait to write to SQLite meanwhile: measured 0.2 s, and 2 s on a machine with four times more work than cores. */
export const TASKS_MAX = 2_000
/** Of those that are done one by one. */
export const SINGLE_MAX = 100
/** Between so many sockets and timers have their turn: SQLite answers nothing else while it writes. */
const SLICE_TASKS = 250
/** Others may change the same tasks meanwhile; this often in a row they do not. */
const ROUNDS_MAX = 5
const OLDEST_FIRST = { property: 'createdAt', ascending: true } as const
/** Before every id: of no task. */
const NO_ID = '0'.repeat(13)
const BUSY: Refused = { type: 'rateLimit', description: 'Others keep changing this task; repeat the call.' }

/** `single`: variants whose tasks may only be written one by one. */
export function taskBulk<Tx>(port: TaskPort<Tx>, single: ReadonlySet<string>): (env: Environment<Tx>) => Method {
  return env => async (args, context) => {
    const request = readBulk(env.definition, args)
    for (const verb of ['Query', BULK_ACTIONS[request.action]] as const) requirePermission(env.definition, verb, context)
    return new BulkCall(env, port, single, request, context).run()
  }
}

/** Nobody changes the key of a task here, so nobody takes it either. */
type BulkReply = Awaited<ReturnType<TaskRows['editAll']>>[number]

class BulkCall<Tx> {
  readonly #env: Environment<Tx>
  readonly #port: TaskPort<Tx>
  readonly #single: ReadonlySet<string>
  readonly #request: BulkRequest
  readonly #context: CallContext
  readonly #known: ReadonlySet<string>

  constructor(env: Environment<Tx>, port: TaskPort<Tx>, single: ReadonlySet<string>, request: BulkRequest, context: CallContext) {
    this.#env = env
    this.#port = port
    this.#single = single
    this.#request = request
    this.#context = context
    this.#known = new Set(variantNames(env.definition.shape))
  }

  async run(): Promise<JsonObject> {
    const { conditions, dryRun, expect, place: asked } = this.#request
    const place = asked ?? { until: await this.#newest(), after: '', left: null }
    if (conditions === null) return this.#reply(new BulkReport(), place, dryRun)
    if (dryRun) return this.#reply(await this.#count(conditions, place), place, true)
    const left = place.left ?? expect
    if (place.after === '' && expect !== null) {
      const { matched } = (await this.#count(conditions, place)).total
      if (matched > expect) throw tooMany(`${matched} tasks match, and ${expect} were expected; nothing was changed.`)
    }
    const { rows, isMore } = await this.#page(conditions, { ...place, left })
    const report = await this.#write(conditions, rows)
    const { matched } = report.total
    const next = { ...place, after: rows.at(-1)?.id ?? place.after, left: left === null ? null : Math.max(0, left - matched) }
    return this.#reply(report, isMore ? next : null, false)
  }

  #reply(report: BulkReport, next: BulkPlace | null, dryRun: boolean): JsonObject {
    return {
      accountId: this.#context.principal.accountId, action: this.#request.action, dryRun, ...report.toJson(),
      more: next !== null && !dryRun, cursor: next && placeText(next),
    }
  }

  #newest(): Promise<Id> {
    return this.#env.store.read(async tx => {
      const [newest] = await this.#port.rows(tx).query({}, { order: { ...OLDEST_FIRST, ascending: false }, limit: 1 })
      return newest ?? NO_ID
    })
  }

  async #count(conditions: TaskConditions, { until }: BulkPlace): Promise<BulkReport> {
    const report = new BulkReport()
    for (const { variant, status, count, running } of await this.#env.store.read(tx => this.#port.rows(tx).tally({ ...conditions, idMax: until }))) {
      report.match({ variant, status }, count, running)
      const why = this.#forbidden(variant)
      if (why !== null) report.refuse({ variant, status }, count, why)
    }
    return report
  }

  /** The next tasks, as they stand now. */
  async #page(conditions: TaskConditions, { until, after, left }: BulkPlace): Promise<{ rows: readonly TaskData[]; isMore: boolean }> {
    return this.#env.store.read(async tx => {
      const from = after === '' ? {} : { after: { value: 0, id: after } }
      const found = await this.#port.rows(tx).query({ ...conditions, idMax: until }, { order: OLDEST_FIRST, limit: TASKS_MAX + 1, ...from })
      const ids = found.slice(0, TASKS_MAX)
      if (left !== null && ids.length > left) {
        throw tooMany('More tasks match by now than were expected; what earlier calls have done stays, and no more was changed.')
      }
      const rows = await this.#port.rows(tx).get(ids)
      const end = rows.flatMap(({ variant }, at) => this.#single.has(variant) ? [at + 1] : [])[SINGLE_MAX - 1] ?? rows.length
      return { rows: rows.slice(0, end), isMore: found.length > ids.length || end < rows.length }
    })
  }

  async #write(conditions: TaskConditions, rows: readonly TaskData[]): Promise<BulkReport> {
    const { store, clock } = this.#env
    const { principal, remote = null } = this.#context
    const context: WriteContext = { principal, remote, now: clock.now() }
    const together = rows.filter(({ variant }) => !this.#single.has(variant))
    const report = together.length === 0
      ? new BulkReport()
      : await store.transact(tx => this.#writeTogether(tx, conditions, together, context))
    try {
      for (const row of rows) if (this.#single.has(row.variant)) await this.#writeSingle(conditions, row, report, context)
    } catch (error) {
      // Any other error would say that nothing was done (RFC 8620 §3.6.2).
      const cause = { cause: error }
      throw new MethodError('serverPartialFail', 'Only a part was done before the server failed; repeat the call.', cause)
    }
    return report
  }

  async #writeTogether(tx: Tx, conditions: TaskConditions, rows: readonly TaskData[], context: WriteContext): Promise<BulkReport> {
    const report = new BulkReport()
    const done: Id[] = []
    let left = rows
    for (let round = 0; left.length > 0 && round < ROUNDS_MAX; round++) {
      const asked = left.filter(row => matches(row, conditions) && this.#isAsked(row, report))
      const replies: BulkReply[] = []
      for (let from = 0; from < asked.length; from += SLICE_TASKS) {
        replies.push(...await this.#apply(tx, asked.slice(from, from + SLICE_TASKS), context))
        await this.#env.clock.breathe()
      }
      for (const [at, row] of asked.entries()) {
        const reply = replies[at]
        if (reply !== 'applied' && reply !== 'requested') continue
        report.add(row, reply === 'applied' ? 'changed' : 'requested')
        done.push(row.id)
      }
      left = await this.#port.rows(tx).get(asked.filter((_row, at) => replies[at] === 'changed').map(({ id }) => id))
    }
    for (const row of left) report.add(row, 'refused', BUSY)
    if (done.length > 0) await this.#record(tx, report, done, context)
    return report
  }

  /** False: it was counted already. */
  #isAsked(row: TaskData, report: BulkReport): boolean {
    const why = this.#forbidden(row.variant)
    if (why !== null) report.add(row, 'refused', why)
    else if (this.#isSo(row)) report.add(row, 'unchanged')
    else return true
    return false
  }

  #apply(tx: Tx, rows: readonly TaskData[], context: WriteContext): Promise<readonly BulkReply[]> {
    const table = this.#port.rows(tx)
    if (this.#request.action === 'destroy') return table.destroyAll(rows.map(({ id, version }) => ({ id, version })))
    return table.editAll(rows.map(row => {
      const status = completeStatus(this.#status(row), statusBody(row, row.createdAt), context) as JsonObject
      return { id: row.id, version: row.version, edit: { state: stateOf(status, row, this.#port.now()) } }
    }))
  }

  /** In a transaction of its own: what is refused takes nothing else along. */
  async #writeSingle(conditions: TaskConditions, { id }: TaskData, report: BulkReport, context: WriteContext): Promise<void> {
    const [row] = await this.#env.store.read(tx => this.#port.rows(tx).get([id]))
    if (!row || !matches(row, conditions) || !this.#isAsked(row, report)) return
    const writer = new Writer(this.#env)
    try {
      if (this.#request.action === 'destroy') await writer.destroy(id, context)
      else await writer.update(id, { status: this.#status(row) }, context, () => undefined)
      report.add(row, row.holder === null ? 'changed' : 'requested')
    } catch (error) {
      if (!(error instanceof SetFailure)) throw error
      if (error.error.type !== 'notFound') report.add(row, 'refused', { type: error.error.type, description: error.error.description })
    }
  }

  #forbidden(variant: string): Refused | null {
    const { principal: { name, permissions } } = this.#context
    const permission = (this.#env.definition.variantPermissionPrefix ?? '') + variant
    if (this.#known.has(variant)) return permissions.has(permission) ? null : { type: 'forbidden', description: `${name} lacks the permission ${permission}.` }
    return this.#request.action === 'destroy' ? null : { type: 'forbidden', description: `This version does not know ${variant}; such a task can only be destroyed.` }
  }

  /** Whether the task is already as the action would make it, or better left so. */
  #isSo({ status, due, attempt, holder, request, failureReason }: TaskData): boolean {
    const { action, reason } = this.#request
    if (holder !== null) return action === 'retry' && request === null
    if (action === 'retry') return status === 'Pending' && attempt === 0 && due <= this.#port.now()
    if (action === 'park') return status === 'Failed' && (reason === null || reason === failureReason)
    return action === 'reschedule' && status !== 'Failed' && due === Date.parse(this.#request.due ?? '')
  }

  /** As a client of `/set` would send it. */
  #status(row: TaskData): JsonObject {
    const { action, due, reason } = this.#request
    if (action === 'park') return { '@type': 'Failed', failedAttemptNumber: row.attempt, ...(reason === null ? {} : { failureReason: reason }) }
    if (action === 'retry') return { '@type': 'Pending' }
    return row.status === 'Retry' ? { ...statusBody(row, row.createdAt), due } : { '@type': 'Pending', due }
  }

  async #record(tx: Tx, report: BulkReport, ids: readonly Id[], context: WriteContext): Promise<void> {
    const { definition, record, ids: source } = this.#env
    const { action, filter, due, reason } = this.#request
    const what = { bulk: action, filter, ...(due === null ? {} : { due }), ...(reason === null ? {} : { reason }) }
    await record(tx, bulkEntry(definition, BULK_ACTIONS[action], { ...what, ...report.toJson() }, ids, context, source.next()))
  }
}

function tooMany(description: string): MethodError {
  return new MethodError('stateMismatch', `${description} Look again with dryRun.`)
}
