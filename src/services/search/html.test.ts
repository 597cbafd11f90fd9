import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HTML_CHARS_MAX, htmlReader } from './html.ts'

const textOfHtml = await htmlReader()

test('markup, addresses, scripts, styles and comments are left out', () => {
  const html = '<html><head><title>T</title><style>p{color:red}</style></head><body><h1>Offer</h1><!-- no -->' +
    '<p>Fish &amp; <b>chips</b> <a href="https://track.example/x">here</a><img src="x.png" alt="pic">' +
    '<script>alert(1)</script></p></body></html>'
  assert.equal(textOfHtml(html), 'Offer\n\nFish & chips here')
})

test('neighbouring cells and list items stay separate words', () => {
  const words = textOfHtml('<table><tr><td>one</td><td>two</td></tr></table><ul><li>three</li><li>four</li></ul>').split(/[\s*]+/)
  assert.deepEqual(words.filter(Boolean), ['one', 'two', 'three', 'four'])
})

test('broken, deep and endless markup ends within its limits', () => {
  assert.equal(textOfHtml('<p>open <b>bold <i>both').trim(), 'open bold both')
  assert.equal(textOfHtml(`${'<div>'.repeat(50_000)}deep`).includes('deep'), false)
  assert.ok(textOfHtml('word '.repeat(100_000)).length <= HTML_CHARS_MAX)
})
