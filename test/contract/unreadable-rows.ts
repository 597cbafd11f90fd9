import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { failureKey } from '../../src/base/failure-reason.ts'
import type { Id } from '../../src/base/ids.ts'
import { DUE_NEVER } from '../../src/engine/ports/task.ts'
import { aCursor, aNode, aState, aTask, firstPage, newLane, pin, rowOf, stored } from './queue-fixtures.ts'
import type { QueueUnderTest } from './queue-fixtures.ts'

export type Damage = (id: Id, column: 'payload' | 'status' | 'progress' | 'request' | 'failure_key', value: string | null) => Promise<void>

/** Rows that no version of Rota wrote: a bug, a bad restore, a hand in the database. Memory cannot hold such rows. */
export function unreadableRowsContract(store: () => QueueUnderTest, damage: Damage): void {
  describe('rows that cannot be read', () => {
    test('a fetch sets them aside as Failed, with the reason, and gives their neighbours', async () => {
      const lane = newLane()
      const rows = await stored(store(), ...[1, 2, 3, 4, 5, 6].map(due => aTask(lane, { due })))
      const [text, list, status, progress, request, good] = rows
      assert.ok(text && list && status && progress && request && good)
      await damage(text.id, 'payload', '{"half": ')
      await damage(list.id, 'payload', '[1]')
      await damage(status.id, 'status', 'Paused')
      await damage(progress.id, 'progress', '7')
      await damage(request.id, 'request', '{"kind":"dance"}')
      assert.deepEqual((await store().queue.fetch(lane, [aCursor()], 10)).rows, [good])
      const reasons: [Id, RegExp][] = [
        [text.id, /payload .*\{"half": $/], [list.id, /payload .*\[1\]/], [status.id, /status .*Paused/],
        [progress.id, /progress .*7/], [request.id, /request .*dance/],
      ]
      for (const [id, reason] of reasons) {
        const row = await rowOf(store(), id)
        assert.deepEqual([row?.status, row?.due, row?.version], ['Failed', DUE_NEVER, 2])
        assert.match(row?.failureReason ?? '', reason)
      }
      assert.equal(await store().read(tx => tx.tasks.count({ lane, status: ['Failed'] })), 5)
      assert.deepEqual((await store().queue.fetch(lane, [aCursor()], 10)).rows, [good])
    })

    test('they are shown as Failed before any fetch met them, and an edit repairs them', async () => {
      const [row] = await stored(store(), aTask(newLane()))
      assert.ok(row)
      await damage(row.id, 'payload', 'no json')
      const shown = await rowOf(store(), row.id)
      assert.deepEqual([shown?.status, shown?.payload], ['Failed', {}])
      assert.match(shown?.failureReason ?? '', /no json/)
      const state = aState({ status: 'Pending', due: 5, failureReason: null })
      assert.equal(await store().transact(tx => tx.tasks.edit(row.id, row.version, { state, payload: { n: 1 } })), 'applied')
      assert.deepEqual((await store().queue.fetch(row.lane, [aCursor()], 10)).rows.map(found => found.payload), [{ n: 1 }])
    })

    test('they come into the groups of failures as they are, and so do rows that an older version failed', async () => {
      const lane = newLane()
      const [bad, older] = await stored(store(), aTask(lane), aTask(lane, { variant: lane, state: aState({ status: 'Failed' }) }))
      assert.ok(bad && older)
      await damage(bad.id, 'payload', 'no json')
      await store().queue.fetch(lane, [aCursor()], 10)
      await damage(older.id, 'failure_key', null)
      const groups = async () => (await store().read(tx => tx.tasks.failures(1_000))).filter(group => group.variant === lane)
      assert.deepEqual(await groups(), [])
      while (await store().transact(tx => tx.tasks.groupFailures(1)) === 1);
      assert.equal((await groups())[0]?.count, 1)
      const shown = await rowOf(store(), bad.id)
      assert.match(shown?.failureReason ?? '', /payload .*no json/)
      const found = await store().read(tx => tx.tasks.query({ failure: failureKey(bad.variant, shown?.failureReason ?? '') }, firstPage()))
      assert.ok(found.includes(bad.id))
      assert.deepEqual(await rowOf(store(), bad.id), shown)
    })

    test('they can be destroyed', async () => {
      const [row] = await stored(store(), aTask(newLane()))
      assert.ok(row)
      await damage(row.id, 'status', '')
      assert.equal(await store().transact(tx => tx.tasks.destroy(row.id)), 'applied')
      assert.equal(await rowOf(store(), row.id), null)
    })

    test('a node that dies with one pinned is still buried', async () => {
      const { incarnation } = await aNode(store())
      const [bad, good] = await stored(store(), aTask(newLane()), aTask(newLane()))
      assert.ok(bad && good)
      for (const row of [bad, good]) await pin(store(), incarnation, row)
      await damage(bad.id, 'payload', '{')
      await store().leases.reapAll(null)
      const shown = await rowOf(store(), bad.id)
      assert.deepEqual([shown?.status, shown?.holder, (await rowOf(store(), good.id))?.holder], ['Failed', null, null])
      assert.match(shown?.failureReason ?? '', /payload/)
      assert.equal((await rowOf(store(), good.id))?.crashes, 1)
    })
  })
}
