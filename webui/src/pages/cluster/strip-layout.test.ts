import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucketAt, stripLayout } from './strip-layout.ts'

test('64 buckets stand in one row where there is room, and in full rows where there is not', () => {
  assert.deepEqual([1_100, 600, 300, 280].map(width => { const { columns, rows } = stripLayout(64, width); return [columns, rows] }),
    [[64, 1], [32, 2], [16, 4], [16, 4]])
})

test('no strip is wider than its place, whatever the lane', () => {
  for (const buckets of [1, 7, 16, 61, 64, 100, 256]) {
    for (const width of [40, 280, 333, 900, 1_700]) {
      const { columns, rows, cellWidth } = stripLayout(buckets, width)
      assert.ok(columns * cellWidth <= width, `${buckets} in ${width}`)
      assert.ok(columns * rows >= buckets && columns * (rows - 1) < buckets, `${buckets} in ${width}`)
    }
  }
})

test('a place is the bucket that stands there', () => {
  const layout = stripLayout(64, 300)
  assert.equal(bucketAt(layout, 64, 0, 0), 0)
  assert.equal(bucketAt(layout, 64, layout.cellWidth * 2 + 1, layout.cellHeight + 1), 18)
  assert.equal(bucketAt(layout, 64, layout.cellWidth * 16 + 1, 1), null)
  assert.equal(bucketAt(stripLayout(7, 64), 7, 60, 30), null)
})
