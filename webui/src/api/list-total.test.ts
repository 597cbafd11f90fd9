import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listTotal } from './list-total.ts'

test('a page that is not full ends the list, whatever was counted', () => {
  assert.equal(listTotal(1_000, [{ index: 2, rows: 30 }], 100), 230)
  assert.equal(listTotal(null, [{ index: 0, rows: 0 }], 100), 0)
  assert.equal(listTotal(50, [{ index: 0, rows: 0 }], 100), 0)
})
test('an empty page is past the end, and a full one past the count says that there is more', () => {
  assert.equal(listTotal(1_000, [{ index: 9, rows: 0 }], 100), 900)
  assert.equal(listTotal(150, [{ index: 1, rows: 100 }], 100), 201)
})
test('without such pages the count holds, and nothing is known before it', () => {
  assert.equal(listTotal(1_000, [{ index: 0, rows: 100 }, { index: 1, rows: undefined }], 100), 1_000)
  assert.equal(listTotal(200, [{ index: 1, rows: 100 }], 100), 200)
  assert.equal(listTotal(null, [{ index: 0, rows: 100 }], 100), null)
})
