/** Joins registry and engine, which do not know each other: the task table as the registry's Task object sees it. */
import type { IdSource } from '../base/ids.ts'
import type { Catalogue } from '../engine/catalogue.ts'
import type { EngineTx } from '../engine/ports.ts'
import type { TaskPort } from '../registry/objects/task-backend.ts'

export interface TaskPortDeps {
  readonly catalogue: Catalogue
  readonly ids: IdSource
  readonly hostnameOf: (incarnation: string) => string | null
  readonly now: () => number
}

export function taskPort<Tx extends EngineTx>({ catalogue, ids, hostnameOf, now }: TaskPortDeps): TaskPort<Tx> {
  return {
    rows: tx => tx.tasks,
    async create(tx, { variant, payload, state }) {
      const row = catalogue.row({ variant, payload, due: state.due }, ids, now())
      const [reply] = await tx.tasks.insert([{ ...row, state }])
      return reply?.id ?? row.id
    },
    hostnameOf,
    now,
  }
}
