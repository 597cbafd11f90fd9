import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { EventStream } from './event-stream.ts'

const TEXT = ': hello\n\nid: 7\nevent: change\ndata: {"objects":\ndata: ["Task"]}\n\n: beat\n\nid: 8\nevent: reset\ndata:\n\n'
const EVENTS = [
  { event: 'change', data: '{"objects":\n["Task"]}', id: '7' },
  { event: 'reset', data: '', id: '8' },
]

suite('server-sent events', () => {
  test('are found however the text is cut and its lines end', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = TEXT.replaceAll('\n', end)
      for (let size = 1; size <= text.length; size += 1) {
        const stream = new EventStream()
        const found = []
        for (let at = 0; at < text.length; at += size) found.push(...stream.take(text.slice(at, at + size)))
        // A lone CR at the very end may still be the half of a CRLF.
        found.push(...stream.take('\n'))
        assert.deepEqual(found, EVENTS, `${JSON.stringify(end)}, ${size} characters at a time`)
        assert.equal(stream.lastId, '8')
      }
    }
  })

  test('have an end', () => {
    const stream = new EventStream()
    assert.throws(() => { for (let count = 0; count < 20; count += 1) stream.take('x'.repeat(100_000)) }, RangeError)
    const lines = new EventStream()
    assert.throws(() => { for (let count = 0; count < 20; count += 1) lines.take('data: x\ndata\n'.repeat(50_000)) }, RangeError)
    const whole = new EventStream()
    for (let count = 0; count < 20; count += 1) assert.equal(whole.take(`data: ${'x'.repeat(100_000)}\n\n`).length, 1)
  })
})
