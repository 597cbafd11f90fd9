import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Slots } from './slots.ts'

test('so many run, so many wait in order, the next is turned away', async () => {
  const slots = new Slots(2, 2)
  const started: string[] = []
  const gates = new Map<string, PromiseWithResolvers<void>>()
  const enter = (name: string) => slots.run(async () => {
    started.push(name)
    const gate = Promise.withResolvers<void>()
    gates.set(name, gate)
    await gate.promise
    return name
  })
  const [a, b, c, d] = [enter('a'), enter('b'), enter('c'), enter('d')]
  assert.equal(slots.full, true)
  assert.equal(await enter('e'), null)
  assert.deepEqual(started, ['a', 'b'])
  gates.get('b')?.resolve()
  assert.equal(await b, 'b')
  assert.deepEqual(started, ['a', 'b', 'c'])
  gates.get('a')?.reject(new Error('thrown inside'))
  await assert.rejects(a, /thrown inside/)
  assert.deepEqual(started, ['a', 'b', 'c', 'd'], 'a failure frees its slot too')
  gates.get('c')?.resolve()
  gates.get('d')?.resolve()
  assert.deepEqual([await c, await d], ['c', 'd'])
  assert.equal(slots.full, false)
  const again = enter('f')
  gates.get('f')?.resolve()
  assert.equal(await again, 'f')
})
