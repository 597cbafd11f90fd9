import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EIGHT_BIT, ENCODED_WORDS, ISO_2022_JP, LATIN1, MULTIPART } from '../../../test/support/mail-samples.ts'
import { asAddresses, asDate, asMessageIds, asText, HEADERS_MAX, headersOf, headerValue } from './headers.ts'

const value = (content: Uint8Array, name: string): string => headerValue(headersOf(content).headers, name) ?? 'absent'

test('fields keep their order, their folds and their spelling', () => {
  const { headers, bodyStart } = headersOf(Buffer.from('A: one\r\nb:two\r\n more\r\n\tand more\r\nA: three\r\n\r\nbody'))
  assert.deepEqual(headers, [
    { name: 'A', value: ' one' }, { name: 'b', value: 'two\r\n more\r\n\tand more' }, { name: 'A', value: ' three' },
  ])
  assert.equal(bodyStart, 45)
  assert.equal(headerValue(headers, 'a'), ' three')
  assert.equal(headerValue(headers, 'c'), null)
})

test('bare line feeds, a missing body and lines that are no field are read past', () => {
  assert.deepEqual(headersOf(Buffer.from('A: 1\nnonsense\nB: 2')).headers, [{ name: 'A', value: ' 1' }, { name: 'B', value: ' 2' }])
  assert.deepEqual(headersOf(Buffer.from('\r\nA: body')).headers, [])
  assert.deepEqual(headersOf(new Uint8Array(0)), { headers: [], bodyStart: 0 })
})

test('encoded words, charsets and bare 8-bit text are decoded', () => {
  assert.equal(asText(value(LATIN1, 'subject')), 'Grüße')
  assert.equal(asText(value(ISO_2022_JP, 'subject')), '日本語の会議')
  assert.equal(asText(value(ENCODED_WORDS, 'subject')), 'Café à Paris')
  assert.equal(asText(value(EIGHT_BIT, 'subject')), 'Żółw')
  assert.equal(asText(value(EIGHT_BIT, 'x-place')), 'Köln')
})

test('addresses lose their groups and comments, not their names', () => {
  assert.deepEqual(asAddresses(value(MULTIPART, 'from')), [{ name: 'Berg, Anna', email: 'anna@example.org' }])
  assert.deepEqual(asAddresses(value(MULTIPART, 'to')), [
    { name: null, email: 'bob@example.com' }, { name: 'Carl', email: 'carl@example.com' }, { name: null, email: 'dora@example.com' },
  ])
  assert.deepEqual(asAddresses(value(LATIN1, 'from')), [{ name: 'Jürgen Müller', email: 'j@example.org' }])
  assert.deepEqual(asAddresses('undisclosed-recipients:;'), [])
})

test('message ids come without brackets, and only when there are any', () => {
  assert.deepEqual(asMessageIds(' <a@x>\r\n <b@y>junk<c@z>'), ['a@x', 'b@y', 'c@z'])
  assert.equal(asMessageIds(' no id at all'), null)
})

test('dates keep the zone of the sender', () => {
  assert.equal(asDate(' Fri, 21 Nov 2025 10:00:00 +0100 (CET)'), '2025-11-21T10:00:00+01:00')
  assert.equal(asDate('21 Nov 2025 10:00:00 GMT'), '2025-11-21T10:00:00Z')
  assert.equal(asDate('Fri, 21 Nov 2025 10:00:00 -0330'), '2025-11-21T10:00:00-03:30')
  assert.equal(asDate('yesterday'), null)
  assert.equal(asDate('Fri, 21 Nov 275000 10:00:00 +0000'), null)
})

test('any bytes at all give fields within the limits', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), content => {
    const { headers, bodyStart } = headersOf(content)
    assert.ok(bodyStart <= content.length)
    for (const header of headers) {
      asText(header.value)
      asAddresses(header.value)
      asMessageIds(header.value)
      asDate(header.value)
    }
  }))
  assert.equal(headersOf(Buffer.from('A: 1\r\n'.repeat(HEADERS_MAX * 2))).headers.length, HEADERS_MAX)
})
