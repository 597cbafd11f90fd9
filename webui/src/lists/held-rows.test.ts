import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HeldRows } from './held-rows.ts'

interface Row { readonly id: string; readonly at: number }
const list = (...ids: readonly string[]) => {
  const loaded = ids.map((id): Row => ({ id, at: ids.length }))
  return { loaded, rowAt: (index: number) => loaded[index] }
}

test('a row keeps its place and shows what is new of it, until it is let go', () => {
  const held = new HeldRows<Row>()
  const before = list('a', 'b', 'c')
  assert.deepEqual([0, 1, 2].map(index => held.rowAt(index, before)?.id), ['a', 'b', 'c'])
  assert.equal(held.differs(before), false)

  const after = list('new', 'a', 'b', 'c')
  assert.deepEqual([0, 1, 2].map(index => held.rowAt(index, after)), [{ id: 'a', at: 4 }, { id: 'b', at: 4 }, { id: 'c', at: 4 }])
  assert.equal(held.differs(after), true)
  held.release()
  assert.equal(held.rowAt(0, after)?.id, 'new')
})

test('rows of another question are not held', () => {
  const held = new HeldRows<Row>()
  held.answer('by due')
  held.rowAt(0, list('a', 'b'))
  held.answer('by due')
  assert.equal(held.rowAt(0, list('b', 'a'))?.id, 'a')
  held.answer('by age')
  assert.equal(held.rowAt(0, list('b', 'a'))?.id, 'b')
})

test('a row that has gone stays as it was; what was not loaded yet comes as it is', () => {
  const held = new HeldRows<Row>()
  held.rowAt(0, list('a', 'b'))
  const after = list('b')
  assert.deepEqual(held.rowAt(0, after), { id: 'a', at: 2 })
  assert.deepEqual(held.shown, [{ id: 'a', at: 2 }])
  assert.equal(held.rowAt(5, after), undefined)
  assert.equal(held.rowAt(5, list('b', 'c', 'd', 'e', 'f', 'g'))?.id, 'g')
  // Pages that are not loaded say nothing.
  assert.equal(held.differs({ rowAt: () => undefined }), false)
})
