/**
 * Bulk calls to two nodes at once, over the same tasks, while both nodes work them: every call says what it did, nothing is
 * left behind, and every task is done in the end.
 */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { DUE_NEVER } from '../../src/engine/ports/task.ts'
import { list } from '../support/api-call.ts'
import type { Caller } from '../support/api-call.ts'
import { ClusterWorld, EVERY_LISTENER } from '../support/cluster/world.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'
import { eventually } from '../support/server.ts'

const WORK = { '@type': 'EnableSome', taskTypes: { searchIndexing: true } }
const VARIANT = 'IndexDocument'
/** Two calls each time. */
const TASKS = 3_000
const COUNTED = ['matched', 'changed', 'requested', 'unchanged', 'refused'] as const

describe('bulk in a cluster', { skip: postgresMissing() }, () => {
  after(() => stopSharedPostgres())

  test('two nodes retry and park the same tasks at once, while both work them', async () => {
    const url = await (await sharedPostgres()).freshDatabase()
    await using world = await ClusterWorld.on(url, { roles: { worker: { tasks: WORK, listeners: EVERY_LISTENER } }, maxAttempts: 3 })
    const members = await Promise.all(['one', 'two'].map(name => world.start(name, { role: 'worker' })))
    await Promise.all(members.map(member => world.holds(member)))
    const [one, two] = members.map(({ node }): Caller => ({ call: calls => node.call(calls) }))
    assert.ok(one && two)
    const now = await world.store.now()
    const state = { status: 'Failed', due: DUE_NEVER, attempt: 3, firstFailedAt: now, failedAt: now, failureReason: 'it broke' } as const
    const keys = Array.from({ length: 50 }, () => world.ids.next())
    const rows = Array.from({ length: TASKS }, (_, nth) => ({
      ...world.catalogue.row({ variant: VARIANT, payload: { accountId: keys[nth % keys.length] ?? '', documentId: world.ids.next(), documentType: 'email' } }, world.ids, now),
      state,
    }))
    await world.store.transact(tx => tx.tasks.insert(rows))
    assert.deepEqual((await list(one, 'TaskFailure')).map(({ count, reason }) => [count, reason]), [[TASKS, 'it broke']])

    const failed = { '@type': VARIANT, status: 'Failed' }
    const waiting = { '@type': VARIANT, status: 'Pending' }
    const sums = await Promise.all([
      bulk(one, { action: 'retry', filter: failed }), bulk(two, { action: 'retry', filter: failed }),
      bulk(one, { action: 'park', reason: 'set aside', filter: waiting }), bulk(two, { action: 'park', reason: 'set aside', filter: waiting }),
    ])
    for (const { matched, changed, requested, unchanged, refused } of sums) assert.deepEqual([matched, refused], [changed + requested + unchanged, 0])
    const retried = sums.slice(0, 2).reduce((sum, { changed }) => sum + changed, 0)
    assert.ok(retried > 0, 'something was retried')

    // Requests to what ran are carried out by then, so what is left has failed or is done.
    await eventually(async () => {
      await bulk(two, { action: 'retry', filter: failed })
      return (await world.store.read(tx => tx.tasks.tally({ variants: [VARIANT] }))).length === 0
    }, 'every task is done')
    // Counts are written a moment later.
    await eventually(async () => {
      const done = (await list(one, 'TaskRunCount', { variant: VARIANT, outcome: 'done' }))
      return done.reduce((sum, { runs }) => sum + Number(runs), 0) >= TASKS && new Set(done.map(({ node }) => node)).size === 2
    }, 'both nodes have counted what they did')
    assert.deepEqual(await list(two, 'TaskFailure'), [])
    assert.deepEqual(await list(two, 'TaskRun', { variant: VARIANT, outcome: 'failed' }), [])
  })
})

/** Until there is no more; the sums of all calls. */
async function bulk(node: Caller, args: JsonObject): Promise<Record<(typeof COUNTED)[number], number>> {
  const sums = { matched: 0, changed: 0, requested: 0, unchanged: 0, refused: 0 }
  for (let cursor: JsonObject = {}; ;) {
    const [reply = {}] = await node.call([['x:Task/bulk', { ...args, ...cursor }]])
    assert.equal(reply['error'], undefined, JSON.stringify(reply))
    for (const name of COUNTED) sums[name] += Number(reply[name])
    if (reply['more'] !== true) return sums
    cursor = { cursor: reply['cursor'] ?? null }
  }
}
