import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AGAIN_MS, judgeUse, USES_MAX } from './rotation.ts'

const NOW = Date.UTC(2026, 0, 1)

test('a generation works once, and again for a minute in case a reply was lost', () => {
  assert.equal(judgeUse(0, NOW, NOW), 'rotate')
  assert.equal(judgeUse(1, NOW, NOW), 'rotate')
  assert.equal(judgeUse(1, NOW, NOW + AGAIN_MS - 1), 'rotate')
  assert.equal(judgeUse(1, NOW, NOW + AGAIN_MS), 'reused')
  assert.equal(judgeUse(1, NOW + 1_000, NOW), 'rotate', 'the clock of another node is ahead')
})

test('not any number of times', () => {
  assert.equal(judgeUse(USES_MAX - 1, NOW, NOW), 'rotate')
  assert.equal(judgeUse(USES_MAX, NOW, NOW), 'reused')
})
