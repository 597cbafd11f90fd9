import assert from 'node:assert/strict'
import { once } from 'node:events'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { test } from 'node:test'
import { EventStream } from './event-stream.ts'

test('a reply whose client has gone before it began is closed from the start, so that its place is given back', async () => {
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  response.destroy()
  await once(response, 'close')
  const stream = new EventStream(response, {})
  let isClosed = false
  void stream.closed.then(() => { isClosed = true })
  await Promise.resolve()
  assert.ok(isClosed)
  stream.event('ready', {})
  stream.end()
})
