import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AtOnce } from './at-once.ts'

test('each key has its places, and gets them back however the work ends', async () => {
  const places = new AtOnce(2)
  const gates = [Promise.withResolvers<string>(), Promise.withResolvers<string>()]
  const running = gates.map(gate => places.run('a', () => gate.promise))
  assert.equal(await places.run('a', () => assert.fail('there is no place left')), null)
  assert.equal(await places.run('b', () => Promise.resolve('other key')), 'other key')
  gates[0]?.reject(new Error('thrown'))
  await assert.rejects(running[0] ?? Promise.resolve(), /thrown/)
  assert.equal(await places.run('a', () => Promise.resolve('again')), 'again')
  gates[1]?.resolve('done')
  assert.equal(await running[1], 'done')
})
