import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { TaskRow } from '../ports/task.ts'
import { Window, type Reach } from './window.ts'
import type { Batch, VariantLimits } from './pass.ts'

const single: VariantLimits = { concurrency: 2, batchMax: 1 }
const batched: VariantLimits = { concurrency: 1, batchMax: 3 }
const limits = (variant: string) => (variant === 'Batch' ? batched : single)

function row(id: string, overrides: Partial<TaskRow> = {}): TaskRow {
  return {
    id, variant: 'Single', lane: 'l', bucket: 0, band: 0, due: 100, status: 'Pending', version: 1, orderingKey: id,
    dedupeKey: null, accountId: null, domainId: null, payload: {}, createdAt: 0, attempt: 0, firstFailedAt: null,
    failedAt: null, failureReason: null, crashes: 0, holder: null, startedAt: null, progress: null, request: null, parentId: null, ...overrides,
  }
}
function windowWith(rows: TaskRow[], limit = 100): Window {
  const window = new Window('me', limits)
  window.setBuckets([0, 1])
  window.endFetch(window.beginFetch(), rows, limit)
  return window
}
const ids = (batches: readonly Batch[]) => batches.map(batch => batch.rows.map(one => one.id).join('+'))

test('tasks start in due order, as many as the variant may run', () => {
  const window = windowWith([row('a', { due: 3 }), row('b', { due: 1 }), row('c', { due: 2 })])
  assert.deepEqual(ids(window.start(true)), ['b', 'c'])
  assert.deepEqual(ids(window.start(true)), [])
  window.finished('b', true)
  assert.deepEqual(ids(window.start(true)), ['a'])
})

test('tasks of one key run one at a time, in due order', () => {
  const window = windowWith([row('a', { orderingKey: 'k', due: 2 }), row('b', { orderingKey: 'k', due: 1 })])
  assert.deepEqual(ids(window.start(true)), ['b'])
  window.finished('b', true)
  assert.deepEqual(ids(window.start(true)), ['a'])
})

test('a task that was left as it was is read again before a later one of its key starts', () => {
  const rows = [row('a', { orderingKey: 'k', due: 1 }), row('b', { orderingKey: 'k', due: 2 })]
  const window = windowWith(rows)
  assert.deepEqual(ids(window.start(true)), ['a'])
  const early = window.beginFetch()
  window.finished('a', false)
  window.endFetch(early, rows, 10)
  assert.deepEqual(ids(window.start(true)), [], 'that fetch may have begun before the task was let go')
  window.endFetch(window.beginFetch(), rows, 10)
  assert.deepEqual(ids(window.start(true)), ['a'])
})

test('a later task does not overtake an earlier one of its key that waits for a slot of another variant', () => {
  const window = windowWith([
    row('s1', { due: 1 }), row('s2', { due: 2 }), row('s3', { due: 3, orderingKey: 'k' }), row('b', { variant: 'Batch', due: 4, orderingKey: 'k' }),
  ])
  assert.deepEqual(ids(window.start(true)), ['s1', 's2'])
})

test('a batch takes several tasks of one key in order, up to its size', () => {
  const rows = ['a', 'b', 'c', 'd'].map((id, index) => row(id, { variant: 'Batch', orderingKey: 'k', due: index }))
  const window = windowWith(rows)
  assert.deepEqual(ids(window.start(true)), ['a+b+c'])
  assert.deepEqual(ids(window.start(true)), [])
  for (const id of ['a', 'b', 'c']) window.finished(id, true)
  assert.deepEqual(ids(window.start(true)), ['d'])
})

test('two variants with one key do not start side by side', () => {
  const window = windowWith([row('a', { variant: 'Batch', orderingKey: 'k', due: 1 }), row('b', { orderingKey: 'k', due: 2 }), row('c', { variant: 'Batch', orderingKey: 'k', due: 3 })])
  assert.deepEqual(ids(window.start(true)), ['a'])
})

test('interactive starts before bulk, and bulk leaves it a slot', () => {
  const window = windowWith([row('bulk1', { band: 1, due: 1 }), row('bulk2', { band: 1, due: 2 }), row('fresh', { due: 50 })])
  assert.deepEqual(ids(window.start(true)), ['fresh'])
  window.finished('fresh', true)
  assert.deepEqual(ids(window.start(true)), ['bulk1'])
  assert.deepEqual(ids(window.start(true)), [])
})

test('a task that crashed a node runs alone, one at a time', () => {
  const rows = ['x', 'y', 'z'].map(id => row(id, { variant: 'Batch', crashes: id === 'z' ? 0 : 1 }))
  const window = new Window('me', () => ({ concurrency: 5, batchMax: 3 }))
  window.setBuckets([0])
  window.endFetch(window.beginFetch(), rows, 10)
  assert.deepEqual(ids(window.start(false)), ['z'])
  assert.deepEqual(ids(window.start(true)), ['x'])
  assert.deepEqual(ids(window.start(false)), [])
})

test('a row that ended while a fetch was under way is not taken from that fetch, but from the next', () => {
  const window = windowWith([row('a')])
  window.start(true)
  const asked = window.beginFetch()
  window.finished('a', true)
  window.endFetch(asked, [row('a')], 100)
  assert.deepEqual(ids(window.start(true)), [])
  window.endFetch(window.beginFetch(), [row('a')], 100)
  assert.deepEqual(ids(window.start(true)), ['a'], 'a retry that is due again comes with a later fetch')
})

test('a row in flight is not taken twice', () => {
  const window = windowWith([row('a')])
  window.start(true)
  window.endFetch(window.beginFetch(), [row('a')], 100)
  assert.equal(window.waiting, 0)
})

test('the cursor goes on after a full page and starts over after one that was not', () => {
  const window = new Window('me', limits)
  window.setBuckets([0])
  const asked = window.beginFetch()
  window.endFetch(asked, [row('a', { due: 5 }), row('b', { due: 6 })], 2)
  assert.ok(window.more)
  const next = window.beginFetch()
  assert.deepEqual(next.find(cursor => cursor.band === 0), { bucket: 0, band: 0, afterDue: 6, afterId: 'b' })
  window.endFetch(next, [row('c', { due: 7 })], 2)
  assert.ok(!window.more)
  assert.equal(window.beginFetch().find(cursor => cursor.band === 0)?.afterDue, -1)
})

test('streams that were read to their end can be read without the others, and the others without them', () => {
  const window = new Window('me', limits)
  window.setBuckets([0])
  window.endFetch(window.beginFetch(), [row('a', { due: 5, band: 1 })], 1)
  const asked = (reach: Reach) => {
    const cursors = window.beginFetch(reach)
    window.abandonFetch()
    return cursors.map(({ band, afterDue }) => [band, afterDue])
  }
  assert.deepEqual(asked('ends'), [[0, -1]])
  assert.deepEqual(asked('further'), [[1, 5]])
  window.rewind()
  assert.deepEqual(asked('ends'), [[0, -1], [1, -1]])
})

test('a task pinned by another node blocks its key until a fetch from the start no longer shows it', () => {
  const window = windowWith([row('p', { holder: 'other', orderingKey: 'k' }), row('a', { orderingKey: 'k', due: 200 }), row('b')])
  assert.deepEqual(ids(window.start(true)), ['b'])
  window.rewind()
  window.endFetch(window.beginFetch(), [row('a', { orderingKey: 'k', due: 200 })], 100)
  assert.deepEqual(ids(window.start(true)), ['a'])
})

test('a row that says we run it, but does not run here, may start again', () => {
  assert.deepEqual(ids(windowWith([row('a', { holder: 'me' })]).start(true)), ['a'])
})

test('a bucket that is given up forgets what waits, and keeps what runs', () => {
  const window = windowWith([row('a', { bucket: 0 }), row('b', { bucket: 0, due: 200 }), row('c', { bucket: 1, due: 300 })])
  assert.deepEqual(ids(window.start(true)), ['a', 'b'])
  window.endFetch(window.beginFetch(), [row('d', { bucket: 0, due: 400 }), row('c', { bucket: 1, due: 300 })], 100)
  window.setBuckets([1])
  assert.deepEqual(window.inFlightOf(0).map(one => one.id), ['a', 'b'])
  window.finished('a', true)
  assert.deepEqual(ids(window.start(true)), ['c'])
})

test('whatever ends in whatever order: no key twice at a time, order kept, slots respected, nothing lost', () => {
  const task = fc.record({ key: fc.integer({ min: 0, max: 3 }), due: fc.integer({ min: 0, max: 9 }), band: fc.constantFrom(0 as const, 1 as const), variant: fc.constantFrom('Single', 'Batch') })
  fc.assert(fc.property(fc.array(task, { maxLength: 30 }), fc.infiniteStream(fc.nat()), (tasks, picks) => {
    const rows = tasks.map((one, index) => row(String(index).padStart(3, '0'), { ...one, orderingKey: `k${one.key}` }))
    const window = windowWith(rows)
    let running: Batch[] = []
    const order = new Map<string, TaskRow[]>()
    for (let step = 0; step <= 200 && (window.waiting > 0 || running.length > 0); step++) {
      running.push(...window.start(true))
      const perVariant = Map.groupBy(running, batch => batch.variant)
      for (const [variant, batches] of perVariant) assert.ok(batches.length <= limits(variant).concurrency)
      const keys = running.flatMap(batch => [...new Set(batch.rows.map(one => one.orderingKey))])
      assert.equal(new Set(keys).size, keys.length, 'a key ran twice at a time')
      const done = running[picks.next().value % Math.max(running.length, 1)]
      running = running.filter(batch => batch !== done)
      for (const one of done?.rows ?? []) {
        order.set(one.orderingKey, [...order.get(one.orderingKey) ?? [], one])
        window.finished(one.id, true)
      }
    }
    assert.equal([...order.values()].flat().length, rows.length)
    for (const ran of order.values()) {
      for (const band of [0, 1]) {
        const dues = ran.filter(one => one.band === band).map(one => one.due)
        assert.deepEqual(dues, dues.toSorted((a, b) => a - b))
      }
    }
  }))
})

test('what waits is what the last fetch said: a row that is gone does not start, an edited one starts as edited', () => {
  const window = windowWith([row('gone'), row('edited', { due: 200 })])
  window.rewind()
  window.endFetch(window.beginFetch(), [row('edited', { due: 200, version: 2 })], 100)
  const [batch] = window.start(true)
  assert.deepEqual(batch?.rows.map(one => [one.id, one.version]), [['edited', 2]])
  assert.deepEqual(ids(window.start(true)), [])
})

test('a bulk task that was coalesced into an interactive one starts once', () => {
  const window = windowWith([row('a', { band: 1 })])
  window.rewind()
  window.endFetch(window.beginFetch(), [row('a', { band: 0, version: 2 })], 100)
  assert.deepEqual(ids(window.start(true)), ['a'])
  window.finished('a', true)
  assert.deepEqual(ids(window.start(true)), [])
})

test('a foreign task on the second page goes on blocking its key while the first page is read again', () => {
  const window = new Window('me', limits)
  window.setBuckets([0])
  window.endFetch(window.beginFetch(), [row('a', { due: 1, orderingKey: 'x' }), row('b', { due: 2, orderingKey: 'y' })], 2)
  window.endFetch(window.beginFetch(), [row('p', { due: 3, orderingKey: 'k', holder: 'other' }), row('q', { due: 4, orderingKey: 'k' })], 2)
  window.rewind()
  window.endFetch(window.beginFetch(), [row('a', { due: 1, orderingKey: 'x' }), row('b', { due: 2, orderingKey: 'y' })], 2)
  assert.deepEqual(ids(window.start(true)), ['a', 'b'])
  window.finished('a', true)
  assert.deepEqual(ids(window.start(true)), [])
})

test('a fetch that was under way when everything was dropped does not count', () => {
  const window = new Window('me', limits)
  window.setBuckets([0])
  window.endFetch(window.beginFetch(), [row('a', { due: 1, orderingKey: 'k' })], 1)
  const secondPage = window.beginFetch()
  window.dropWaiting()
  window.endFetch(secondPage, [row('b', { due: 2, orderingKey: 'k' })], 1)
  assert.ok(!window.more)
  assert.deepEqual(ids(window.start(true)), [])
})
