import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allHeaders, headerProperty, headerPropertyValue } from './email-header.ts'

const HEADERS = [
  { name: 'Subject', value: ' =?utf-8?Q?Caf=C3=A9?=\r\n and more' },
  { name: 'X-Tag', value: ' one' },
  { name: 'x-tag', value: ' two' },
  { name: 'To', value: ' Carl <carl@example.com>' },
  { name: 'Date', value: ' Fri, 21 Nov 2025 10:00:00 +0000' },
  { name: 'References', value: ' <a@x> <b@x>' },
  { name: 'List-Unsubscribe', value: ' <https://x.example/u>,\r\n <mailto:u@x.example>' },
]

function value(property: string): unknown {
  const asked = headerProperty(property)
  assert(asked, property)
  return headerPropertyValue(HEADERS, asked)
}

test('a field in each of its forms', () => {
  assert.equal(value('header:Subject'), ' =?utf-8?Q?Caf=C3=A9?=\r\n and more')
  assert.equal(value('header:subject:asText'), 'Café and more')
  assert.deepEqual(value('header:To:asAddresses'), [{ name: 'Carl', email: 'carl@example.com' }])
  assert.equal(value('header:Date:asDate'), '2025-11-21T10:00:00Z')
  assert.deepEqual(value('header:References:asMessageIds'), ['a@x', 'b@x'])
  assert.deepEqual(value('header:List-Unsubscribe:asURLs'), ['https://x.example/u', 'mailto:u@x.example'])
})

test('the last field of a name, or all of them', () => {
  assert.equal(value('header:X-Tag'), ' two')
  assert.deepEqual(value('header:X-Tag:asText:all'), ['one', 'two'])
  assert.equal(value('header:X-Absent:asText'), null)
  assert.deepEqual(value('header:X-Absent:all'), [])
  assert.equal((allHeaders(HEADERS) as unknown[]).length, HEADERS.length)
})

test('forms that a field does not have are refused', () => {
  for (const property of ['header:', 'header:Sub ject', 'header:Subject:asDate', 'header:From:asText', 'header:X:asNothing', 'subject', 'header:X:all:asText']) {
    assert.equal(headerProperty(property), null, property)
  }
  assert.ok(headerProperty('header:X-Own:asDate'))
})
