import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../base/json.ts'
import type { Outcome } from '../engine/task-variant.ts'
import { fanOut, PAGE_MAX, spreadOf, type Source } from './fan-out.ts'

const NOW = 1_800_000_000_000
const source = (count: number): Source => ({
  total: async () => count,
  async page(after) {
    const from = Number(after || 0)
    const to = Math.min(from + PAGE_MAX, count)
    return { children: Array.from({ length: to - from }, (_, nth) => ({ variant: 'Part', payload: { nth: from + nth } })), next: to < count ? String(to) : null }
  },
})
const look = (payload: JsonObject, waiting: number, of: Source, failed = 0): Promise<Outcome> =>
  fanOut({ id: 'parent', word: 'kept', ...payload }, { now: () => NOW, children: async left => ({ waiting, failed })[left] }, of)

test('every part is handed out once, a page at a time, and then it waits for the last', async () => {
  const of = source(2_500)
  const made: unknown[] = []
  let payload: JsonObject = {}
  for (let round = 0; round < 3; round++) {
    const outcome = await look(payload, 0, of)
    assert(outcome.kind === 'spread')
    made.push(...outcome.children.map(child => child.payload['nth']))
    payload = outcome.payload
  }
  assert.deepEqual(made, Array.from({ length: 2_500 }, (_, nth) => nth))
  assert.equal(payload['word'], 'kept', 'the outcome has the whole payload')
  assert.deepEqual(spreadOf(payload), { cursor: null, made: 2_500, total: 2_500, since: NOW })
  const waits = await look(payload, 3, of)
  assert.deepEqual([waits.kind, waits.kind === 'spread' && waits.children], ['spread', []])
  assert.deepEqual(await look(payload, 0, of), { kind: 'done', note: 'all 2500 done' })
  assert.deepEqual(await look(payload, 0, of, 2), { kind: 'fail', why: '2 of 2500 parts failed; retry those (parentId parent, status Failed), then this task' })
})

test('nothing more is handed out while enough wait', async () => {
  const first = await look({}, 0, source(5_000))
  assert(first.kind === 'spread')
  const second = await look(first.payload, 1_000, source(5_000))
  assert.deepEqual([second.kind === 'spread' && second.children, second.kind === 'spread' && second.payload], [[], first.payload])
})

test('a parent looks after its last children when they have about ended, and once a second at most', async () => {
  const lookAt = async (now: number, made: number, waiting: number) => {
    const spread = { cursor: null, made, total: made, since: NOW }
    const outcome = await fanOut({ id: 'parent', spread }, { now: () => now, children: async left => left === 'waiting' ? waiting : 0 }, source(0))
    return outcome.kind === 'spread' && outcome.forMs
  }
  assert.equal(await lookAt(NOW, 50, 50), 50, 'nobody knows: soon')
  assert.equal(await lookAt(NOW + 300, 50, 50), 300, 'nobody knows: as long again')
  assert.equal(await lookAt(NOW + 60_000, 50, 50), 1_000, 'nobody does them')
  assert.equal(await lookAt(NOW + 10_000, 10_000, 200), 205, 'whole ms')
  assert.equal(await lookAt(NOW + 10_000, 10_000, 1), 50)
  assert.equal(await lookAt(NOW + 3_600_000, 10_000, 100), 1_000)
  const few = await look({}, 0, source(10))
  assert.equal(few.kind === 'spread' && few.forMs, 50, 'work of one page')
})

test('a page of nothing is passed over, and work without parts is done', async () => {
  const gap: Source = { total: async () => null, page: async after => ({ children: [], next: after === '' ? 'x' : null }) }
  const first = await look({}, 0, gap)
  assert(first.kind === 'spread')
  assert.deepEqual([first.forMs, spreadOf(first.payload)?.cursor], [0, 'x'])
  const second = await look(first.payload, 0, gap)
  assert(second.kind === 'spread')
  assert.deepEqual(await look(second.payload, 0, gap), { kind: 'done', note: 'all 0 done' })
})

test('what is no state of a parent counts as none', () => {
  for (const spread of [null, 3, [], {}, { cursor: 4, made: 1, total: 1, since: 1 }, { cursor: null, made: '1', total: null, since: 1 }]) {
    assert.equal(spreadOf({ spread }), null, JSON.stringify(spread))
  }
})
