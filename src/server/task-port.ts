/** Joins registry and engine, which do not know each other: the task table as the registry's Task object sees it. */
import type { Id, IdSource } from '../base/ids.ts'
import type { Catalogue } from '../engine/catalogue.ts'
import type { ClusterView } from '../engine/lease/holder.ts'
import type { EngineTx } from '../engine/ports/store.ts'
import type { Children, TaskKeys } from '../engine/ports/task.ts'
import { lookAhead, waitingFor, type LackingDuty } from '../engine/queue/waiting-for.ts'
import type { TaskChange, TaskData, TaskPort } from '../registry/objects/task-backend.ts'
import type { TaskConditions } from '../registry/objects/task-conditions.ts'
import { spreadOf } from '../tasks/fan-out.ts'

export interface TaskPortDeps {
  readonly catalogue: Catalogue
  readonly ids: IdSource
  /** What this node knows of the cluster; null until it has planned for the first time. */
  readonly cluster: () => Pick<ClusterView, 'nodes' | 'assignment'> | null
  readonly now: () => number
}

export function taskPort<Tx extends EngineTx>({ catalogue, ids, cluster, now }: TaskPortDeps): TaskPort<Tx> {
  const lacking: LackingDuty = (lane, bucket) =>
    cluster()?.assignment.get(lane)?.[bucket] === null ? catalogue.lanes.get(lane)?.duty ?? null : null
  return {
    // The store finds tasks by variant, and each lane has a few.
    rows: ({ tasks }) => ({
      ...tasks,
      query: (conditions, window) => tasks.query(byVariant(catalogue, conditions), window),
      count: conditions => tasks.count(byVariant(catalogue, conditions)),
      tally: conditions => tasks.tally(byVariant(catalogue, conditions)),
    }),
    async create(tx, { variant, payload, state }) {
      const row = catalogue.row({ variant, payload, due: state.due }, ids, now())
      const [reply] = await tx.tasks.insert([{ ...row, state }])
      return reply?.id ?? row.id
    },
    edit(tx, row, change) {
      const keys = changedKeys(catalogue, row, change)
      return tx.tasks.edit(row.id, row.version, keys === null ? change : { ...change, keys }, row.request)
    },
    async waitingFor(tx, rows) {
      const { streams, orderingKeys, limit } = lookAhead(rows, now())
      const ahead = streams.length === 0
        ? { now: now(), tasks: [] }
        : await tx.tasks.ahead(streams, orderingKeys, limit)
      return waitingFor(rows, ahead, lacking)
    },
    async parts(tx, rows) {
      const spreads = rows.map(row => spreadOf(row.payload))
      const parents = rows.filter((_row, nth) => spreads[nth])
      const left = parents.length === 0 ? new Map<Id, Children>() : await tx.tasks.children(parents.map(({ id }) => id))
      return rows.map(({ id }, nth) => {
        const spread = spreads[nth]
        return spread ? { ...spread, waiting: 0, failed: 0, ...left.get(id) } : null
      })
    },
    hostnameOf: incarnation => cluster()?.nodes.find(node => node.incarnation === incarnation)?.hostname ?? null,
    now,
  }
}

function byVariant({ variants }: Catalogue, { lane, ...rest }: TaskConditions): TaskConditions {
  if (lane === undefined) return rest
  const names = variants.values().filter(variant => variant.lane === lane).map(({ name }) => name)
  return { ...rest, variants: [...names.filter(name => rest.variants?.includes(name) ?? true)] }
}

/** Null when the change leaves them as they are, or as an earlier change that waits will have made them. */
function changedKeys(catalogue: Catalogue, { id, variant, payload, request }: TaskData, change: TaskChange): TaskKeys | null {
  if (change.payload === undefined) return null
  const requested = request?.kind === 'edit' ? request.edit.payload : undefined
  const before = catalogue.keys(variant, { ...payload, ...requested }, id)
  const after = catalogue.keys(variant, { ...payload, ...requested, ...change.payload }, id)
  return Object.entries(after).some(([name, value]) => value !== before[name as keyof TaskKeys]) ? after : null
}
