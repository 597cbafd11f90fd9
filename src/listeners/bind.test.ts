import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatBind, parseBind } from './bind.ts'

test('an address parses to host and port and is written back the same', () => {
  for (const [text, host, port] of [
    ['127.0.0.1:8080', '127.0.0.1', 8080], ['0.0.0.0:0', '0.0.0.0', 0], ['[::]:25', '::', 25],
    ['[2001:db8::1]:65535', '2001:db8::1', 65535], ['localhost:25', 'localhost', 25],
  ] as const) {
    assert.deepEqual(parseBind(text), { host, port })
    assert.equal(formatBind({ host, port }), text)
  }
})

test('anything else is null', () => {
  for (const text of [
    '', ':', '25', ':25', '127.0.0.1', '127.0.0.1:', '127.0.0.1:65536', '127.0.0.1:-1', '127.0.0.1:2x', '::1:25', '[127.0.0.1]:25',
    '[::1]', '[]:25', 'example.org:25', '256.0.0.1:25', ' 127.0.0.1:25', '[localhost]:25', '127.0.0.1:123456',
  ]) assert.equal(parseBind(text), null, JSON.stringify(text))
})
