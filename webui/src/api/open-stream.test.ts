import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../../src/base/virtual-clock.ts'
import { ReplyMalformed } from '../../../src/jmap-client/errors.ts'
import { Login } from './login.ts'
import { openStream } from './open-stream.ts'

test('a page in place of a stream is no stream, whatever its status says', async context => {
  const login = new Login({
    origin: 'http://here', clock: new VirtualClock(), crypto: { getRandomValues: bytes => bytes }, mayBeCopy: false,
    storage: { getItem: () => null, setItem: () => undefined, removeItem: () => undefined, clear: () => undefined },
    tabs: { ask: async () => ({ token: 't', lifeMs: 1_000, user: null }), answer: () => undefined, leave: () => false },
    goTo: () => undefined, post: async () => null,
  })
  let answer = new Response('<h1>Welcome to the proxy</h1>', { headers: { 'content-type': 'text/html' } })
  context.mock.method(globalThis, 'fetch', async () => answer)
  const pieces = () => Array.fromAsync(openStream(login, '/live', '', new AbortController().signal))
  await assert.rejects(pieces(), ReplyMalformed)
  answer = new Response('data: x\n\n', { headers: { 'content-type': 'text/event-stream; charset=utf-8' } })
  assert.deepEqual(await pieces(), ['', 'data: x\n\n'])
})
