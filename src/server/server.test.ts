import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../base/clock.ts'
import { idSource } from '../base/ids.ts'
import { Catalogue } from '../engine/catalogue.ts'
import { RETRY_DEFAULTS } from '../engine/queue/retry.ts'
import { openSqliteStore } from '../store/sqlite/store.ts'
import type { Store } from '../store/store.ts'
import { VARIANTS } from '../tasks/catalogue.ts'
import { lanes } from '../tasks/lanes.ts'
import { update } from '../../test/support/api-call.ts'
import { eventually, startServer } from '../../test/support/server.ts'

async function withFolder(work: (dataDir: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rota-life-'))
  try {
    await work(join(folder, 'data'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('the first run after a restart has the attempts that TaskManager gives, not those of the defaults', async () => {
  await withFolder(async dataDir => {
    const variables = { ROTA_DATA_DIR: dataDir }
    {
      await using first = await startServer({ variables })
      await update(first, 'TaskManager', 'singleton', { maxAttempts: 10 })
    }
    const id = await leaveTaskOfDeadNodes(dataDir)
    // The watcher comes too late whatever it does: it sees nothing until the task has been run.
    const wrap = (store: Store) => lookingAfter(store, async () => {
      await eventually(async () => {
        const [row] = await store.read(tx => tx.tasks.get([id]))
        return row === undefined || row.status === 'Failed'
      }, 'the task was run')
    })
    await using second = await startServer({ variables, wrap })
    const [row] = await second.store.read(tx => tx.tasks.get([id]))
    assert.equal(row, undefined, `${row?.status}: ${row?.failureReason}`)
  })
})

/** A task that took more nodes with it than the defaults allow. */
async function leaveTaskOfDeadNodes(dataDir: string): Promise<string> {
  const store = await openSqliteStore({ dataDir, clock: systemClock })
  try {
    const ids = idSource(5, systemClock)
    const payload = { accountId: '0000000000001', documentId: '0000000000002', documentType: 'email' }
    const task = new Catalogue(VARIANTS, lanes(null)).row({ variant: 'IndexDocument', payload }, ids, systemClock.now())
    await store.transact(tx => tx.tasks.insert([task]))
    const state = { role: null, duties: [], pushShard: null, draining: false, info: {} }
    for (let crash = 0; crash <= RETRY_DEFAULTS.maxAttempts; crash++) {
      const [row] = await store.read(tx => tx.tasks.get([task.id]))
      assert.ok(row)
      const holder = ids.next()
      await store.leases.join({ incarnation: holder, hostname: 'gone', version: 'test', state }, 60_000)
      await store.queue.pin(holder, [{ id: row.id, version: row.version, startedAt: systemClock.now(), progress: null }])
      await store.leases.reapAll(null)
    }
    return task.id
  } finally {
    await store.close()
  }
}

/** Whoever asks which objects have changed gets the answer when `ready` has. */
function lookingAfter(store: Store, ready: () => Promise<void>): Store {
  return {
    ...store,
    read: async work => {
      let asks = false
      const result = await store.read(tx => work({ ...tx, objects: new Proxy(tx.objects, {
        get: (objects, name) => {
          asks ||= name === 'versions'
          const value: unknown = Reflect.get(objects, name)
          return typeof value === 'function' ? value.bind(objects) : value
        },
      }) }))
      if (asks) await ready()
      return result
    },
  }
}
