/** Which element shows which row. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { slotted } from './row-slots.ts'

const rows = (from: number, count: number) => Array.from({ length: count }, (_, at) => ({ index: from + at }))
const shown = (from: number, count: number, slots: number, first: number) => slotted(rows(from, count), slots, first).map(({ item, slot }) => [slot, item.index])

describe('the slots of rows', () => {
  it('stand in the order of the rows when the first row has the first slot', () => {
    assert.deepEqual(shown(6, 4, 4, 6 % 4), [[2, 6], [3, 7], [0, 8], [1, 9]])
  })

  it('stay where they are while rows go and come, each row in one of its own', () => {
    assert.deepEqual(shown(8, 4, 4, 6 % 4), [[2, 10], [3, 11], [0, 8], [1, 9]])
    assert.deepEqual(shown(1_007, 4, 4, 2), [[2, 1_010], [3, 1_007], [0, 1_008], [1, 1_009]])
  })

  it('are left out where there are fewer rows', () => {
    assert.deepEqual(shown(0, 3, 5, 0), [[0, 0], [1, 1], [2, 2]])
    assert.deepEqual(shown(0, 0, 5, 0), [])
  })
})
