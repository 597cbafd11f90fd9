import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Call } from '../../../src/jmap-client/client.ts'
import { Batch } from './batch.ts'

function world(callsMax: number) {
  const sent: (readonly Call[])[] = []
  const batch = new Batch({
    callsMax: async () => callsMax,
    later: queueMicrotask,
    send: async calls => {
      sent.push(calls)
      if (calls.some(({ name }) => name === 'bad')) throw new Error('refused')
      return calls.map(({ name }) => ({ kind: 'ok', result: { name } }))
    },
  })
  const ask = async (...names: string[]) => {
    const replies = await batch.request(names.map(name => ({ name, args: {} })))
    return replies.map(reply => reply.kind === 'ok' ? reply.result['name'] : reply.error.type)
  }
  return { batch, sent, ask }
}

suite('calls of one tick', () => {
  test('go in one request, and each gets its own replies', async () => {
    const { sent, ask } = world(16)
    assert.deepEqual(await Promise.all([ask('a', 'b'), ask('c')]), [['a', 'b'], ['c']])
    assert.equal(sent.length, 1)
    assert.deepEqual(await ask('d'), ['d'])
    assert.equal(sent.length, 2)
  })

  test('go in parts of what the server takes, and groups stay together', async () => {
    const { sent, ask } = world(3)
    await Promise.all([ask('a', 'b'), ask('c', 'd'), ask('e')])
    assert.deepEqual(sent.map(calls => calls.map(({ name }) => name)), [['a', 'b'], ['c', 'd', 'e']])
  })

  test('keep their references to each other', async () => {
    const { batch, sent } = world(16)
    const group = (): Call[] => [
      { name: 'q', args: {} }, { name: 'g', args: { '#ids': { resultOf: 'c0', name: 'q', path: '/ids' }, properties: null } },
    ]
    await Promise.all([batch.request(group()), batch.request(group())])
    assert.deepEqual(sent[0]?.map(({ args }) => args['#ids']), [
      undefined, { resultOf: 'c0', name: 'q', path: '/ids' }, undefined, { resultOf: 'c2', name: 'q', path: '/ids' },
    ])
  })

  test('fail together, and only with those of their request', async () => {
    const { ask } = world(1)
    const [good, bad] = await Promise.allSettled([ask('a'), ask('bad')])
    assert.deepEqual([good?.status, bad?.status], ['fulfilled', 'rejected'])
  })
})
