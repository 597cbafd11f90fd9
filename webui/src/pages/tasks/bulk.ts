/**
 * One action on many tasks: on all that a filter finds (`x:Task/bulk`), or on chosen ones (`x:Task/set`), in steps that can
 * be stopped between. Both are counted first, and both end in the same sums.
 *
 * | event | what happens |
 * |---|---|
 * | somebody stops it | the step under way ends, no further one begins; what was done stays |
 * | a reply is lost, the server is away | the failure is told with the sums so far; going on repeats the last step, which does no harm |
 * | more tasks match than were counted | the server refuses; nothing more is changed |
 */
import type { Json, JsonObject } from '../../../../src/base/json.ts'
import { isJsonObject } from '../../../../src/base/json.ts'
import { member, objects, refusal, strings } from '../../../../src/jmap-client/reply.ts'
import { amount, text, textOrNull } from '../../api/values.ts'
import type { TaskView } from './task.ts'

export type BulkAction = 'retry' | 'reschedule' | 'park' | 'destroy'
/** `due`, `reason`: of reschedule and park. */
export interface BulkOrder { readonly action: BulkAction; readonly due?: string; readonly reason?: string }
export type BulkTarget =
  | { readonly kind: 'filter'; readonly filter: JsonObject }
  | { readonly kind: 'chosen'; readonly tasks: readonly TaskView[] }

export interface BulkGroup { readonly variant: string; readonly status: string; readonly matched: number; readonly running: number; readonly refused: number }
export interface BulkRefusal { readonly description: string; readonly count: number; readonly exampleId: string | null }
export interface BulkSums {
  readonly matched: number
  readonly running: number
  readonly changed: number
  /** They run, and are stopped first. */
  readonly requested: number
  readonly unchanged: number
  readonly refused: number
  readonly groups: readonly BulkGroup[]
  readonly refusals: readonly BulkRefusal[]
}
export interface BulkCount extends BulkSums { readonly cursor: string | null }

export type Call = (name: string, args: JsonObject) => Promise<JsonObject>

/** Chosen tasks in one call: few enough that the bar moves. */
const STEP_TASKS = 100
const NOTHING: BulkSums = { matched: 0, running: 0, changed: 0, requested: 0, unchanged: 0, refused: 0, groups: [], refusals: [] }

/** What the action would meet; changes nothing. */
export async function countBulk(call: Call, target: BulkTarget, { action, due, reason }: BulkOrder): Promise<BulkCount> {
  if (target.kind === 'chosen') return { ...sumsOfChosen(target.tasks), cursor: null }
  const result = await call('x:Task/bulk', { ...orderArgs({ action, due: due ?? FAR, reason }), filter: target.filter, dryRun: true })
  return { ...sumsOf(result), cursor: textOrNull(result['cursor']) }
}
/** A dry run of `reschedule` wants a time before anybody has chosen one. */
const FAR = '9999-12-31T00:00:00Z'

/** Does what was counted. Tells the sums after each step; ends early once `signal` is aborted. */
export class BulkRun {
  readonly #call: Call
  readonly #target: BulkTarget
  readonly #order: BulkOrder
  readonly #expect: number
  readonly #now: number
  #cursor: string | null
  #next = 0
  #sums: BulkSums = NOTHING
  #over = false

  /** `now`: ms since 1970. */
  constructor(call: Call, target: BulkTarget, order: BulkOrder, { matched, cursor }: BulkCount, now: number) {
    this.#now = now
    this.#call = call
    this.#target = target
    this.#order = order
    this.#expect = matched
    this.#cursor = cursor
  }

  get sums(): BulkSums {
    return this.#sums
  }
  /** Nothing is left to do. */
  get over(): boolean {
    return this.#over
  }

  /** Goes on where it stopped or failed. */
  async run(signal: AbortSignal, told: (sums: BulkSums) => void): Promise<void> {
    while (!this.#over && !signal.aborted) {
      if (this.#target.kind === 'filter') await this.#step(this.#target.filter)
      else await this.#stepChosen(this.#target.tasks)
      told(this.#sums)
    }
  }

  async #step(filter: JsonObject): Promise<void> {
    const result = await this.#call('x:Task/bulk', {
      ...orderArgs(this.#order), filter, expect: this.#expect, ...(this.#cursor === null ? {} : { cursor: this.#cursor }),
    })
    this.#sums = added(this.#sums, sumsOf(result))
    this.#cursor = textOrNull(result['cursor'])
    this.#over = result['more'] !== true
  }

  async #stepChosen(tasks: readonly TaskView[]): Promise<void> {
    const chosen = tasks.slice(this.#next, this.#next + STEP_TASKS)
    const { action } = this.#order
    const part = chosen.filter(task => action !== 'retry' || !isSo(task, this.#now))
    const result = part.length === 0 ? {} : await this.#call('x:Task/set', action === 'destroy'
      ? { destroy: part.map(({ id }) => id) }
      : { update: Object.fromEntries(part.map(task => [task.id, patchOf(this.#order, task)])) })
    const destroyed = new Set(strings(result['destroyed']))
    const done = ({ id }: TaskView): boolean => action === 'destroy' ? destroyed.has(id) : member(result, 'updated', id) !== undefined
    const changed = part.filter(done)
    const refused = part.filter(task => !done(task)).map(task => ({ task, error: refusal(result, action === 'destroy' ? 'notDestroyed' : 'notUpdated', task.id) }))
    const running = changed.filter(task => task.running !== null).length
    this.#sums = added(this.#sums, {
      ...NOTHING, matched: chosen.length, changed: changed.length - running, requested: running, refused: refused.length,
      unchanged: chosen.length - part.length,
      refusals: refused.map(({ task, error }) => ({ description: error.description ?? error.type, count: 1, exampleId: task.id })),
    })
    this.#next += chosen.length
    this.#over = this.#next >= tasks.length
  }
}

function orderArgs({ action, due, reason }: { readonly action: BulkAction; readonly due?: string | undefined; readonly reason?: string | undefined }): JsonObject {
  return {
    action, ...(action === 'reschedule' && due !== undefined ? { due } : {}),
    ...(action === 'park' && reason !== undefined && reason !== '' ? { reason } : {}),
  }
}

/** Retrying what is due or runs already would only set it back. */
function isSo({ status, running, due, attempts }: TaskView, now: number): boolean {
  return running !== null || (status === 'Pending' && attempts === 0 && due !== null && Date.parse(due) <= now)
}

/** The same to one task by `/set`: a task that waits for another attempt keeps those it has had when it is moved. */
export function patchOf({ action, due, reason }: BulkOrder, { status }: Pick<TaskView, 'status'>): JsonObject {
  if (action === 'retry') return { status: { '@type': 'Pending' } }
  if (action === 'reschedule' && due !== undefined) return status === 'Failed' ? { status: { '@type': 'Pending', due } } : { 'status/due': due }
  return { status: { '@type': 'Failed', ...(reason === undefined || reason === '' ? {} : { failureReason: reason }) } }
}

function sumsOf(result: JsonObject): BulkSums {
  const count = (key: keyof BulkSums) => amount(result[key])
  return {
    matched: count('matched'), running: count('running'), changed: count('changed'), requested: count('requested'),
    unchanged: count('unchanged'), refused: count('refused'),
    groups: objects(result['groups']).map(groupOf), refusals: refusalsOf(result['refusals']),
  }
}

function groupOf(group: JsonObject): BulkGroup {
  return {
    variant: text(group['@type']), status: text(group['status']), matched: amount(group['matched']),
    running: amount(group['running']), refused: amount(group['refused']),
  }
}

function refusalsOf(value: Json | undefined): BulkRefusal[] {
  return (Array.isArray(value) ? value.filter(isJsonObject) : []).map(each => ({
    description: textOrNull(each['description']) ?? text(each['type']), count: amount(each['count']), exampleId: textOrNull(each['exampleId']),
  }))
}

function sumsOfChosen(tasks: readonly TaskView[]): BulkSums {
  const groups = Map.groupBy(tasks, ({ variant, status }) => `${variant}/${status}`)
  return {
    ...NOTHING, matched: tasks.length, running: tasks.filter(({ running }) => running !== null).length,
    groups: [...groups.values()].flatMap(([first, ...rest]) => first === undefined ? [] : [{
      variant: first.variant, status: first.status, matched: rest.length + 1, refused: 0,
      running: [first, ...rest].filter(({ running }) => running !== null).length,
    }]).toSorted((a, b) => b.matched - a.matched),
  }
}

function added(left: BulkSums, right: BulkSums): BulkSums {
  const reasons = new Map<string, BulkRefusal>()
  for (const each of [...left.refusals, ...right.refusals]) {
    const known = reasons.get(each.description)
    reasons.set(each.description, known === undefined ? each : { ...known, count: known.count + each.count })
  }
  return {
    matched: left.matched + right.matched, running: left.running + right.running, changed: left.changed + right.changed,
    requested: left.requested + right.requested, unchanged: left.unchanged + right.unchanged, refused: left.refused + right.refused,
    groups: [...left.groups, ...right.groups], refusals: [...reasons.values()],
  }
}
