import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { SmallBodies } from './small-body.ts'

const LARGE = Buffer.alloc(16_384)

function request(body: Buffer, remoteAddress: string): IncomingMessage {
  return Object.assign(Readable.from([body]), { headers: {}, socket: { remoteAddress } }) as unknown as IncomingMessage
}

function problem(status: number) {
  return (error: unknown) => (error as { readonly problem?: { readonly status?: number } }).problem?.status === status
}

test('bodies that have been read take no room from later ones', async () => {
  const bodies = new SmallBodies()
  // More than may be held at one time.
  for (let nth = 0; nth < 600; nth++) assert.equal(await bodies.run(request(LARGE, '192.0.2.1'), async text => text.length), LARGE.length)
  await assert.rejects(bodies.run(request(Buffer.alloc(LARGE.length + 1), '192.0.2.1'), async text => text), problem(413))
})

test('one address is at work on a few at once, and keeps nobody else from his own', async () => {
  const bodies = new SmallBodies()
  const work = Promise.withResolvers<string>()
  const ask = (address: string): Promise<string> => bodies.run(request(LARGE, address), () => work.promise)
  const first = Array.from({ length: 32 }, () => ask('192.0.2.1'))
  await assert.rejects(ask('192.0.2.1'), problem(429))
  const other = ask('192.0.2.2')
  work.resolve('done')
  assert.deepEqual(new Set(await Promise.all([...first, other])), new Set(['done']))
  assert.equal(await ask('192.0.2.1'), 'done')
})
