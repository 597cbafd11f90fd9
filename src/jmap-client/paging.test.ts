/** Pages over a list that changes between any two of them, told in both ways in which servers tell of a lost anchor. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { JsonObject } from '../base/json.ts'
import { seededRandom } from '../base/random.ts'
import { ListUnsteady, MethodFailed } from './errors.ts'
import type { IdPage, Place } from './paging.ts'
import { followPages } from './paging.ts'

interface Entry { readonly id: string; due: number; readonly stays: boolean }
type LostAnchor = 'restart' | 'error'

/** Rows by due, then id, as a server has them. */
class List {
  readonly rows = new Map<string, Entry>()
  readonly places: Place[] = []
  between: (turn: number) => void = () => undefined
  readonly #lost: LostAnchor

  constructor(lost: LostAnchor) {
    this.#lost = lost
  }

  put(id: string, due: number, stays = true): void {
    this.rows.set(id, { id, due, stays })
  }

  readonly read = (place: Place): Promise<IdPage> => {
    this.between(this.places.length)
    this.places.push(place)
    const order = [...this.rows.values()].sort((a, b) => a.due - b.due || (a.id < b.id ? -1 : 1))
    const from = 'anchor' in place ? order.findIndex(({ id }) => id === place.anchor) : 0
    if (from < 0 && this.#lost === 'error') return Promise.reject(new MethodFailed('x:Task/query', 'anchorNotFound', null))
    const page = order.slice(Math.max(0, from), Math.max(0, from) + place.limit)
    return Promise.resolve({ ids: page.map(({ id }) => id), rows: page.map(({ id, due }) => ({ id, due })), total: null })
  }

  async walk(pageMax: number, limit = Infinity): Promise<string[]> {
    const rows: JsonObject[] = []
    for await (const page of followPages({ read: this.read, pageMax, limit, orderedBy: 'due' })) rows.push(...page.rows)
    return rows.map(({ id }) => String(id))
  }
}

function listOf(count: number, lost: LostAnchor, spacing = 10): List {
  const list = new List(lost)
  for (let index = 0; index < count; index++) list.put(`r${String(index).padStart(4, '0')}`, index * spacing)
  return list
}

for (const lost of ['restart', 'error'] as const) {
  suite(`a lost anchor that is told by ${lost === 'error' ? 'an error' : 'a list that starts again'}`, () => {
    test('costs nothing that stays, and repeats nothing, whatever comes, goes and moves', async () => {
      for (let seed = 1; seed <= 300; seed++) {
        const random = seededRandom(seed)
        // The order of every other list is that of its ids alone.
        const spacing = seed % 2 === 0 ? 10 : 0
        const list = listOf(10 + Math.floor(random.next() * 60), lost, spacing)
        list.between = turn => { churn(list, turn, () => random.next(), spacing * 70) }
        const ids = await list.walk(2 + Math.floor(random.next() * 9))
        assert.equal(new Set(ids).size, ids.length, `seed ${seed}: a row came twice`)
        const missed = [...list.rows.values()].filter(({ id, stays }) => stays && !ids.includes(id))
        assert.deepEqual(missed, [], `seed ${seed}: rows were missed`)
      }
    })

    test('is replaced by the nearest row before it', async () => {
      for (const spacing of [10, 0]) {
        const list = listOf(8, lost, spacing)
        list.between = turn => { if (turn === 1) for (const id of ['r0002', 'r0003']) list.rows.delete(id) }
        assert.equal((await list.walk(4)).length, 8)
        const anchors = list.places.map(place => 'anchor' in place ? place.anchor : null)
        assert.deepEqual(anchors, [null, 'r0003', 'r0002', 'r0000', 'r0005'])
      }
    })

    test('begins again when nothing of its page is left, in front of which new rows stand', async () => {
      const list = listOf(9, lost)
      list.between = turn => {
        if (turn !== 2) return
        for (const id of ['r0002', 'r0003', 'r0004']) list.rows.delete(id)
        list.put('new', -1)
      }
      assert.deepEqual(await list.walk(3), ['r0000', 'r0001', 'r0002', 'r0003', 'r0004', 'new', 'r0005', 'r0006', 'r0007', 'r0008'])
    })

    test('is not waited for without end', async () => {
      const list = listOf(4, lost)
      let turns = 0
      list.between = () => {
        list.rows.clear()
        for (let index = 0; index < 4; index++) list.put(`t${turns++}`, turns)
      }
      await assert.rejects(list.walk(4), ListUnsteady)
    })
  })
}

test('an anchor that has moved to the end skips nothing', async () => {
  const list = listOf(9, 'error')
  list.between = turn => { if (turn === 1) list.put('r0002', 1_000) }
  assert.deepEqual(await list.walk(3), listOf(9, 'error').rows.keys().toArray())
})

test('a limit is met exactly, and asks for no more than it needs', async () => {
  const list = listOf(20, 'error')
  assert.equal((await list.walk(5, 7)).length, 7)
  assert.deepEqual(list.places.map(({ limit }) => limit), [5, 3])
})

test('a full page is followed by a look for more', async () => {
  const list = listOf(5, 'error')
  assert.equal((await list.walk(5)).length, 5)
  assert.deepEqual(list.places, [{ limit: 5, position: 0 }, { limit: 5, anchor: 'r0004', anchorOffset: 0 }])
})

/** Before each page some rows go, some move and some come, anywhere; what stays keeps its place. */
function churn(list: List, turn: number, draw: () => number, range: number): void {
  const anywhere = () => Math.floor(draw() * range)
  for (const row of [...list.rows.values()].filter(({ stays }) => !stays)) {
    const fate = draw()
    if (fate < 0.3) list.rows.delete(row.id)
    else if (fate < 0.5) row.due = anywhere()
  }
  const coming = turn === 0 ? 40 : turn < 100 ? 3 : 0
  for (let index = 0; index < coming; index++) list.put(`r${Math.floor(draw() * 70)}-${turn}-${index}`, anywhere(), false)
}
