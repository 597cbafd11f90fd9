import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedRead } from './shared-read.ts'

/** Reads that wait to be ended, one by one; each tells what the value was when it began. */
function gatedReads() {
  const source = { value: 'first', begun: 0 }
  let begin = Promise.withResolvers<PromiseWithResolvers<void>>()
  const read = async () => {
    const gate = Promise.withResolvers<void>()
    const { value } = source
    source.begun += 1
    begin.resolve(gate)
    await gate.promise
    return value
  }
  const nextGate = async () => {
    const gate = await begin.promise
    begin = Promise.withResolvers()
    return gate
  }
  return { source, nextGate, ask: sharedRead(read) }
}

test('who asks while a read runs gets one that begins later, together with all others', async () => {
  const { source, nextGate, ask } = gatedReads()
  const first = ask()
  source.value = 'second'
  const waiting = [ask(), ask(), ask()]
  assert.equal(source.begun, 1)
  const gate = await nextGate()
  gate.resolve()
  assert.equal(await first, 'first')
  const second = await nextGate()
  second.resolve()
  assert.deepEqual(await Promise.all(waiting), ['second', 'second', 'second'])
  assert.equal(source.begun, 2)
  source.value = 'third'
  const last = ask()
  const third = await nextGate()
  third.resolve()
  assert.equal(await last, 'third', 'and afterwards it starts anew')
})

test('a read that fails fails for those who shared it, and for nobody else', async () => {
  const { nextGate, ask } = gatedReads()
  const first = ask()
  const second = ask()
  const gate = await nextGate()
  gate.reject(new Error('gone'))
  await assert.rejects(first, /gone/)
  const next = await nextGate()
  next.resolve()
  assert.equal(await second, 'first')
})
