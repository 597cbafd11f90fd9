import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash32 } from './hash.ts'

test('the hash never changes: stored rows depend on it', () => {
  assert.deepEqual(['', 'a', 'account/1', 'Ünïcode 日本'].map(hash32), [2_872_998_923, 444_641_715, 2_587_010_716, 3_476_843_478])
})

test('neighbouring keys spread evenly over 64 buckets', () => {
  const counts = new Array<number>(64).fill(0)
  for (let key = 0; key < 64_000; key++) {
    const bucket = hash32(`key${key}`) % 64
    counts[bucket] = (counts[bucket] ?? 0) + 1
  }
  assert.ok(Math.min(...counts) > 850 && Math.max(...counts) < 1_150, `${Math.min(...counts)}…${Math.max(...counts)}`)
})
