/** Joins the removal of accounts and the engine, which do not know each other: the tasks of one account. */
import type { EngineTx } from '../engine/ports/store.ts'
import type { TaskPage } from '../engine/ports/task.ts'
import type { AccountTasks } from '../services/removal/account-removal.ts'

const OLDEST_FIRST: TaskPage['order'] = { property: 'createdAt', ascending: true }

export const accountTasks: AccountTasks<EngineTx> = {
  async clear({ tasks }, accountId, except, limit) {
    const page = { order: OLDEST_FIRST, limit: limit + 1 }
    let removed = 0
    for (const id of await tasks.query({ accountId, running: false }, page)) {
      if (id !== except && removed < limit && await tasks.destroy(id) === 'applied') removed++
    }
    let running = 0
    for (const id of await tasks.query({ accountId, running: true }, page)) {
      if (id !== except && await tasks.destroy(id) === 'requested') running++
    }
    return { removed, running }
  },
}
