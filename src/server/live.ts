/**
 * Joins engine, store and those who look on. What this node's runs do is said to all nodes as a hint, at most twice a second
 * (the hot path only marks it); what hints and the node's own plans say becomes changes of objects.
 *
 * | told | by | objects |
 * |---|---|---|
 * | tasks were created, edited, destroyed, asked to stop | hints of the store's commits | Task, TaskFailure |
 * | runs began to last, went on, ended | hint `ran` of the node that ran them | Task, TaskFailure |
 * | runs are in the history | hint `recorded` | TaskRun, TaskRunCount |
 * | schedules were written | hint of the commit | Schedule |
 * | objects were written, or an entry of the audit log | hint of the commit | these; a role: ClusterFinding |
 * | node rows differ from what the plan before saw | each node's own plan, at most a second later | ClusterNode, ClusterFinding |
 * | leases do | the same | ClusterNode, ClusterLane |
 * | hints may have been lost | the store | everything: `lost` |
 */
import type { Clock } from '../base/clock.ts'
import type { Id } from '../base/ids.ts'
import type { Onlooker } from '../engine/cluster/incarnation.ts'
import type { ClusterView } from '../engine/lease/holder.ts'
import type { NodeRow } from '../engine/ports/node.ts'
import type { Hint, Wakeups } from '../engine/ports/wakeups.ts'
import type { ObjectDefinition } from '../registry/schema/object.ts'
import { permissionOf } from '../registry/schema/permissions.ts'
import { IDS_MAX } from '../services/live/live-changes.ts'
import type { LiveChanges } from '../services/live/live-changes.ts'

/** Between two hints of this node. */
const HINT_EVERY_MS = 500

/** Objects whose changes are told, with the permission to get them. Traffic and numbers change all the time: those are asked for. */
export function liveObjects(objects: readonly ObjectDefinition<unknown, never>[]): ReadonlyMap<string, string> {
  return new Map(objects.flatMap(of => NOT_TOLD.has(of.name) ? [] : [[of.name, permissionOf(of, 'Get')]]))
}
const NOT_TOLD: ReadonlySet<string> = new Set(['Metric', 'Trace'])

const TASKS = ['Task', 'TaskFailure']

export class LiveSource implements Onlooker {
  readonly #wakeups: Wakeups
  readonly #changes: LiveChanges
  readonly #clock: Clock
  readonly #unsubscribe: () => void
  /** Since the last hint; null: too many to name. */
  #ran: Set<Id> | null = new Set()
  #recorded = false
  #cancel: (() => void) | null = null
  #seenNodes = ''
  #seenLeases = ''

  constructor(wakeups: Wakeups, changes: LiveChanges, clock: Clock) {
    this.#wakeups = wakeups
    this.#changes = changes
    this.#clock = clock
    this.#unsubscribe = wakeups.subscribe(hint => { this.#take(hint) })
  }

  readonly ran = (ids: readonly Id[]): void => {
    if (this.#ran !== null && this.#ran.size + ids.length > IDS_MAX) this.#ran = null
    if (this.#ran !== null) for (const id of ids) this.#ran.add(id)
    if (this.#cancel === null) this.#hint()
  }

  readonly recorded = (): void => {
    this.#recorded = true
    if (this.#cancel === null) this.#hint()
  }

  readonly planned = ({ nodes, leases }: ClusterView): void => {
    const seenNodes = JSON.stringify(nodes.map(shown))
    const seenLeases = JSON.stringify(leases.map(({ lane, bucket, holder }) => [lane, bucket, holder]))
    if (seenNodes !== this.#seenNodes) this.#note(['ClusterNode', 'ClusterFinding'])
    if (seenLeases !== this.#seenLeases) this.#note(['ClusterNode', 'ClusterLane'])
    this.#seenNodes = seenNodes
    this.#seenLeases = seenLeases
  }

  stop(): void {
    this.#cancel?.()
    this.#unsubscribe()
  }

  /** The first at once, so that a lone task is seen to end when it does. */
  #hint(): void {
    const { size } = this.#ran ?? { size: null }
    if (size === 0 && !this.#recorded) {
      this.#cancel = null
      return
    }
    this.#cancel = this.#clock.after(HINT_EVERY_MS, () => { this.#hint() })
    if (size !== 0) this.#wakeups.publish({ kind: 'ran', ids: [...this.#ran ?? []] })
    if (this.#recorded) this.#wakeups.publish({ kind: 'recorded' })
    this.#ran = new Set()
    this.#recorded = false
  }

  #take(hint: Hint): void {
    switch (hint.kind) {
      case 'tasks':
      case 'requests': return this.#note(TASKS)
      case 'edited':
      case 'ran':
        this.#changes.note('TaskFailure')
        return hint.ids.length === 0 ? this.#changes.note('Task') : this.#changes.note('Task', hint.ids)
      case 'recorded': return this.#note(['TaskRun', 'TaskRunCount'])
      case 'schedules': return this.#note(['Schedule'])
      case 'objects': return this.#written(hint.names)
      case 'lost': return this.#changes.lost()
      // What the leases say is seen by the plan that this hint wakes.
      case 'leases':
    }
  }

  #written(names: readonly string[]): void {
    if (names.length === 0) return this.#changes.lost()
    this.#note(names)
    if (names.includes('ClusterRole')) this.#changes.note('ClusterFinding')
  }

  #note(objects: readonly string[]): void {
    for (const object of objects) this.#changes.note(object)
  }
}

/** A node's row but for what changes at each heartbeat; of its clock, only whole seconds. */
function shown({ info, ...row }: NodeRow): object {
  const { clockOffsetMs } = info
  return {
    ...row, renewedAt: 0, expiresAt: 0,
    info: { ...info, clockOffsetMs: typeof clockOffsetMs === 'number' ? Math.round(clockOffsetMs / 1_000) : null },
  }
}
