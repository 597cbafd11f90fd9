import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutField } from './without-field.ts'

const without = (text: string) => Buffer.from(withoutField(Buffer.from(text, 'latin1'), 'X-Spam-Status')).toString('latin1')

test('fields of the name go, however they are written, with their continued lines', () => {
  const cases = [
    ['A: 1\r\nX-Spam-Status: No\r\nB: 2\r\n\r\nbody', 'A: 1\r\nB: 2\r\n\r\nbody'],
    ['X-Spam-Status: No,\r\n\tscore=-100\r\n more\r\nB: 2\r\n\r\nbody', 'B: 2\r\n\r\nbody'],
    ['x-SPAM-status \t: No\nX-Spam-Status: Yes\nB: 2\n\nbody', 'B: 2\n\nbody'],
    ['A: 1\r\nX-Spam-Status: last\r\n\r\nbody', 'A: 1\r\n\r\nbody'],
    ['A: 1\nX-Spam-Status: no body', 'A: 1\n'],
  ] as const
  for (const [given, expected] of cases) assert.equal(without(given), expected, JSON.stringify(given))
})

test('other fields, what continues them, and the body stay as they are', () => {
  for (const text of [
    'A: 1\r\n X-Spam-Status: folded\r\nX-Spam-Status-Old: 1\r\nX-Spam-Statu: 2\r\n\r\nX-Spam-Status: body\r\n', '\r\nX-Spam-Status: body', '', '\xE9: x\r\n\r\n',
  ]) assert.equal(without(text), text)
  const content = Buffer.from('A: 1\r\n\r\n')
  assert.equal(withoutField(content, 'B'), content)
})
