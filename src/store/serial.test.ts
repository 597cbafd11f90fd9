import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Serial } from './serial.ts'

test('pieces run one after the other, in order, and a failure stops nobody', async () => {
  const serial = new Serial()
  const seen: string[] = []
  const open = Promise.withResolvers<void>()
  const first = serial.run(async () => {
    seen.push('first in')
    await open.promise
    seen.push('first out')
    return 1
  })
  const second = serial.run(() => {
    seen.push('second')
    throw new Error('second failed')
  })
  const third = serial.run(() => seen.push('third'))
  open.resolve()
  assert.equal(await first, 1)
  await assert.rejects(second, /second failed/)
  assert.equal(await third, 4)
  assert.deepEqual(seen, ['first in', 'first out', 'second', 'third'])
})

test('idle waits for what was asked for', async () => {
  const serial = new Serial()
  let ended = false
  const failing = serial.run(async () => {
    await Promise.resolve()
    ended = true
    throw new Error('no')
  })
  const outcome = assert.rejects(failing)
  await serial.idle()
  assert.ok(ended)
  await outcome
})
