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
  const turn = Promise.withResolvers<void>()
  return { source, nextGate, turn, ask: sharedRead(read, () => turn.promise) }
}

test('who asks before the turn ends shares a read, which sees what changed until then', async () => {
  const { source, nextGate, turn, ask } = gatedReads()
  const asked = [ask(), ask(), ask()]
  assert.equal(source.begun, 0)
  source.value = 'second'
  turn.resolve()
  const gate = await nextGate()
  gate.resolve()
  assert.deepEqual(await Promise.all(asked), ['second', 'second', 'second'])
  assert.equal(source.begun, 1)
})

test('who asks while a read runs gets one that begins later, together with all others', async () => {
  const { source, nextGate, turn, ask } = gatedReads()
  turn.resolve()
  const first = ask()
  const gate = await nextGate()
  source.value = 'second'
  const waiting = [ask(), ask(), ask()]
  assert.equal(source.begun, 1)
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
  const { nextGate, turn, ask } = gatedReads()
  turn.resolve()
  const first = ask()
  const gate = await nextGate()
  const second = ask()
  gate.reject(new Error('gone'))
  await assert.rejects(first, /gone/)
  const next = await nextGate()
  next.resolve()
  assert.equal(await second, 'first')
})
