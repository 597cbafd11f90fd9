import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { QueueUnderTest } from './queue-fixtures.ts'
import { aCursor, aNode, aState, aTask, failedState, firstPage, newLane, pin, rowOf, stored, storedOne } from './queue-fixtures.ts'

/** Tasks that hand parts of their work to others. */
export function taskChildrenContract(store: () => QueueUnderTest): void {
  describe('TaskTable children', () => {
    const destroy = (id: string) => store().transact(tx => tx.tasks.destroy(id))
    const left = async (id: string) => ({ waiting: await store().queue.children(id, 'waiting'), failed: await store().queue.children(id, 'failed') })
    const isGone = async (id = '') => await rowOf(store(), id) === null
    const parentOf = async (lane: string, ...states: ('waiting' | 'failed')[]) => {
      const parent = await storedOne(store(), aTask(lane))
      const parts = await stored(store(), ...states.map(state =>
        aTask(lane, { parentId: parent.id, ...(state === 'failed' ? { state: failedState() } : {}) })))
      return [parent, ...parts.map(({ id }) => id)] as const
    }

    test('a row knows its parent, and what is left of the parts is told by task', async () => {
      const [parent, waiting = '', failed = ''] = await parentOf(newLane(), 'waiting', 'failed')
      assert.equal(parent.parentId, null)
      assert.equal((await rowOf(store(), waiting))?.parentId, parent.id)
      assert.deepEqual([...await store().read(tx => tx.tasks.children([parent.id, waiting]))], [[parent.id, { waiting: 1, failed: 1 }]])
      assert.deepEqual(await left(parent.id), { waiting: 1, failed: 1 })
      assert.deepEqual(await left(failed), { waiting: 0, failed: 0 })
    })

    test('they are found by their parent, with any other condition', async () => {
      const lane = newLane()
      const [parent, waiting, failed] = await parentOf(lane, 'waiting', 'failed')
      const found = (filter: object) => store().read(async tx => [
        await tx.tasks.query({ parentId: parent.id, ...filter }, firstPage()), await tx.tasks.count({ parentId: parent.id, ...filter }),
      ])
      assert.deepEqual(await found({}), [[waiting, failed], 2])
      assert.deepEqual(await found({ status: ['Failed'] }), [[failed], 1])
      assert.deepEqual(await found({ running: false, lane }), [[waiting, failed], 2])
      assert.deepEqual(await found({ running: true }), [[], 0])
    })

    test('children come with the outcome of their parent, and only with it', async () => {
      const { incarnation } = await aNode(store())
      const [parent] = await parentOf(newLane())
      const again = () => ({
        kind: 'again', id: parent.id, version: 1, state: aState(), payload: { at: 1 }, children: [aTask(parent.lane, { parentId: parent.id })],
      } as const)
      assert.deepEqual(await store().queue.finish(incarnation, [again()]), [true])
      assert.deepEqual(await store().queue.finish(incarnation, [again()]), [false])
      assert.deepEqual(await left(parent.id), { waiting: 1, failed: 0 })
      assert.equal((await rowOf(store(), parent.id))?.payload['at'], 1)
    })

    test('a destroyed task takes with it what waits of its parts, and of theirs; failed ones stay', async () => {
      const lane = newLane()
      const [parent, child = '', failed] = await parentOf(lane, 'waiting', 'failed')
      const grandchild = await storedOne(store(), aTask(lane, { parentId: child }))
      const [other] = await parentOf(lane)
      assert.equal(await destroy(parent.id), 'applied')
      assert.deepEqual(await Promise.all([parent.id, child, grandchild.id].map(isGone)), [true, true, true])
      assert.deepEqual(await Promise.all([failed, other.id].map(isGone)), [false, false])
    })

    test('what others want as well stays when the parent is destroyed', async () => {
      const lane = newLane()
      const [parent] = await parentOf(lane)
      const wanted = async (dedupeKey: string, first: string | null, then: string | null): Promise<string> => {
        const { id } = await storedOne(store(), aTask(lane, { dedupeKey, parentId: first }))
        await store().transact(tx => tx.tasks.insert([aTask(lane, { dedupeKey, parentId: then })]))
        return id
      }
      const key = (name: string): string => `${lane}/${name}`
      const twice = await wanted(key('twice'), parent.id, parent.id)
      const others = [
        await wanted(key('part first'), parent.id, null), await wanted(key('part last'), null, parent.id), await wanted(key('two parents'), parent.id, 'another'),
      ]
      assert.equal(await destroy(parent.id), 'applied')
      assert.deepEqual(await Promise.all([twice, ...others].map(isGone)), [true, false, false, false])
    })

    test('a task with too many parts for one transaction goes in several, by a repeat and by whoever works its bucket', async () => {
      const { incarnation } = await aNode(store())
      const lane = newLane()
      const [parent, first = ''] = await parentOf(lane, 'waiting')
      const grandchild = await storedOne(store(), aTask(lane, { parentId: first }))
      const many = Array.from({ length: 2_500 }, () => aTask(lane, { parentId: parent.id }))
      await store().transact(tx => tx.tasks.insert(many))
      const parts = async (): Promise<number> => (await left(parent.id)).waiting

      assert.equal(await destroy(parent.id), 'applied')
      assert.equal(await parts(), 1_501)
      const row = await rowOf(store(), parent.id)
      assert.deepEqual([row?.holder, row?.request, row?.dedupeKey], [null, { kind: 'destroy' }, null])
      assert.equal(await store().transact(tx => tx.tasks.edit(parent.id, row?.version ?? 0, { payload: { word: 'new' } })), 'gone')
      assert.deepEqual(await store().queue.finish(incarnation, [{ kind: 'done', id: parent.id, version: parent.version }]), [false], 'a run that was under way')

      const { rows } = await store().queue.fetch(lane, [aCursor(parent.bucket, parent.band)], 1)
      assert.deepEqual(rows.map(({ id }) => id), [parent.id], 'it comes first')
      assert.deepEqual(await store().queue.finish(incarnation, [{ kind: 'release', id: parent.id }]), [true])
      assert.equal(await parts(), 501)
      assert.equal(await destroy(parent.id), 'applied')
      // Its own part was one too many for the transaction in which it went.
      await store().queue.finish(incarnation, [{ kind: 'release', id: first }])
      assert.deepEqual(await Promise.all([parent.id, first, grandchild.id].map(isGone)), [true, true, true])
      assert.deepEqual(await store().read(tx => tx.tasks.count({ lane })), 0)
    })

    test('a part that runs is asked to stop', async () => {
      const { incarnation } = await aNode(store())
      const [parent, child = ''] = await parentOf(newLane(), 'waiting')
      const row = await rowOf(store(), child)
      assert(row)
      await pin(store(), incarnation, row)
      assert.equal(await destroy(parent.id), 'applied')
      assert.equal((await rowOf(store(), child))?.request?.kind, 'destroy')
      await store().queue.finish(incarnation, [{ kind: 'release', id: child }])
      assert.ok(await isGone(child))
    })

    test('a parent that was destroyed while it ran brings no more children', async () => {
      const { incarnation } = await aNode(store())
      const [parent] = await parentOf(newLane())
      await pin(store(), incarnation, parent)
      assert.equal(await destroy(parent.id), 'requested')
      const children = [aTask(parent.lane, { parentId: parent.id })]
      await store().queue.finish(incarnation, [{ kind: 'again', id: parent.id, version: 1, state: aState(), children }])
      assert.ok(await isGone(parent.id))
      assert.deepEqual(await left(parent.id), { waiting: 0, failed: 0 })
    })
  })
}
