/** Joins the spam filter and the engine, which do not know each other: the tasks that train it. */
import type { EngineTx } from '../engine/ports/store.ts'
import type { TaskTable } from '../engine/ports/task.ts'
import type { SpamTrainings } from '../tasks/spam-filter-maintenance.ts'

const VARIANT = 'SpamFilterMaintenance'
const TRAINING: ReadonlySet<unknown> = new Set(['train', 'retrain'])
/** There is one of each kind, and another that runs. */
const TASKS_MAX = 100

interface Store { transact<T>(work: (tx: Pick<EngineTx, 'tasks'>) => Promise<T>): Promise<T> }

export function spamTrainings(store: Store, now: () => number): SpamTrainings {
  return {
    stop: abortId => store.transact(async ({ tasks }) => {
      const ids = await tasks.query({ variants: [VARIANT], status: ['Pending', 'Retry'], idMax: abortId }, { order: { property: 'due', ascending: true }, limit: TASKS_MAX })
      const trainings = (await tasks.get(ids)).filter(({ payload, due, holder }) => TRAINING.has(payload['maintenanceType']) && (holder !== null || due <= now()))
      return stopAll(tasks, trainings.map(({ id }) => id))
    }),
  }
}

async function stopAll(tasks: Pick<TaskTable, 'destroy'>, ids: readonly string[]): Promise<number> {
  for (const id of ids) await tasks.destroy(id)
  return ids.length
}
