import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hint } from '../engine/ports/wakeups.ts'
import { HintBuffer } from './hints.ts'

test('one hint of each kind, names merged, and then nothing', () => {
  const buffer = new HintBuffer()
  buffer.lane('a')
  buffer.lane('b')
  buffer.lane('a')
  buffer.object('Domain')
  buffer.requests()
  buffer.leases()
  buffer.leases()
  assert.deepEqual(buffer.take(), [
    { kind: 'leases' }, { kind: 'requests' }, { kind: 'objects', names: ['Domain'] }, { kind: 'tasks', lanes: ['a', 'b'] },
  ])
  assert.deepEqual(buffer.take(), [])
})

test('hints that were taken out can be put into another buffer', () => {
  const hints: Hint[] = [{ kind: 'tasks', lanes: ['a'] }, { kind: 'objects', names: ['X'] }, { kind: 'requests' }, { kind: 'schedules' }, { kind: 'leases' }, { kind: 'ran', ids: ['t'] }, { kind: 'recorded' }, { kind: 'lost' }]
  const buffer = new HintBuffer()
  for (const hint of [...hints, ...hints]) buffer.add(hint)
  assert.deepEqual(new Set(buffer.take()), new Set(hints))
})

test('any name swallows the others: an empty list stays empty', () => {
  const buffer = new HintBuffer()
  buffer.add({ kind: 'tasks', lanes: [] })
  buffer.lane('a')
  buffer.object('X')
  buffer.add({ kind: 'objects', names: [] })
  assert.deepEqual(buffer.take(), [{ kind: 'objects', names: [] }, { kind: 'tasks', lanes: [] }])
  buffer.lane('a')
  assert.deepEqual(buffer.take(), [{ kind: 'tasks', lanes: ['a'] }])
})
