import assert from 'node:assert/strict'
import { test } from 'node:test'
import { htmlReader } from '../search/html.ts'
import { readBodies as read, type Bodies } from './bodies.ts'

const textOfHtml = await htmlReader()
const readBodies = (content: Uint8Array): Bodies => read(content, textOfHtml)

const message = (...lines: readonly string[]): Uint8Array => Buffer.from(lines.join('\r\n'), 'latin1')
const multipart = (kind: string, ...parts: readonly (readonly string[])[]): Uint8Array => message(
  `Content-Type: multipart/${kind}; boundary="a b"`, '', 'For readers without MIME.',
  ...parts.flatMap(part => ['--a b', ...part]), '--a b--', 'An epilogue.', '--a b', '', 'and more of it',
)
const PLAIN = ['Content-Type: text/plain', '', 'plain']
const HTML = ['Content-Type: text/html', '', '<i>marked</i>']
const FORWARDED = [
  'Content-Type: message/rfc822', '', 'From: Zo=?utf-8?Q?=C3=AB?= <z@example.org>', 'Subject: The first one', 'Content-Type: multipart/mixed; boundary=c', '',
  '--c', '', 'said before', '--c', 'Content-Type: application/pdf; name=plan.pdf', '', 'PDF', '--c--',
]

test('of forms that say the same each kind of text takes its own', () => {
  assert.deepEqual(readBodies(multipart('alternative', PLAIN, HTML)), { text: 'plain', html: '<i>marked</i>', attachments: [] })
  assert.deepEqual(readBodies(multipart('alternative', HTML)), { text: null, html: '<i>marked</i>', attachments: [] })
})

test('what has only one kind of text is turned into the other where a message has both', () => {
  const { text, html } = readBodies(multipart('mixed', ['', 'a < b', 'c'], HTML))
  assert.deepEqual([text, html], ['a < b\nc\nmarked', '<div>a &lt; b<br>c</div>\n<i>marked</i>'])
})

test('an attachment is byte for byte what was sent, under the name that it was given', () => {
  const names: readonly (readonly [string, string])[] = [
    ['name="a\\"b;c.txt"', 'a"b;c.txt'], ['name=plain(1).txt ; x=y', 'plain(1).txt'], ['name="=?utf-8?Q?=C3=A4?="', 'ä'],
    ['name*=utf-8\'\'%C3%A4.txt', 'ä.txt'], ['name*1="c.txt"; name*0*=iso-8859-1\'de\'%E4b', 'äbc.txt'],
  ]
  for (const [param, name] of names) {
    const { attachments } = readBodies(multipart('mixed', [`Content-Type: text/calendar; ${param}`, 'Content-ID: <c@x>', '', 'BEGIN\r\nEND\n']))
    assert.deepEqual(attachments, [{ name, type: 'text/calendar', disposition: null, cid: 'c@x', content: new Uint8Array(Buffer.from('BEGIN\r\nEND\n')) }])
  }
  const [first, second] = readBodies(multipart('mixed',
    ['Content-Type: x/y', 'Content-Transfer-Encoding: base64', '', 'AAEC', '/w=='],
    ['Content-Disposition: attachment; filename=t.txt', 'Content-Transfer-Encoding: quoted-printable', '', '=00=\r\n=FF=zz'],
  )).attachments
  assert.deepEqual([first?.content, second?.content], [new Uint8Array([0, 1, 2, 255]), new Uint8Array([0, 255, 61, 122, 122])])
  assert.deepEqual([second?.name, second?.type, second?.disposition], ['t.txt', 'text/plain', 'attachment'])
})

test('a message inside is read with it, but not the one that a report is about', () => {
  const { text, attachments } = readBodies(multipart('mixed', PLAIN, FORWARDED))
  assert.match(text ?? '', /^plain\nFrom: .*<z@example\.org>\nSubject: The first one\n\nsaid before$/)
  assert.deepEqual(attachments.map(({ name }) => name), ['plan.pdf'])
  const report = readBodies(multipart('report', PLAIN, FORWARDED))
  assert.deepEqual([report.text, report.attachments.map(({ type }) => type)], ['plain', ['message/rfc822']])
})

test('flowed lines go on, quotes and signatures stay apart', () => {
  const flowed = (options: string): string | null => readBodies(message(
    `Content-Type: text/plain; format=flowed${options}`, '', '> asked ', '> before', 'an answer ', ' that goes on', '-- ', 'Zoë',
  )).text
  assert.equal(flowed(''), '> asked before\nan answer that goes on\n-- \nZoë')
  assert.equal(flowed('; delsp=yes'), '> askedbefore\nan answerthat goes on\n-- \nZoë')
})

const hostile = (part: string, times: number, type = 'text/html'): string =>
  `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Type: ${type}\r\n\r\n${part.repeat(times)}\r\n--b\r\nContent-Type: text/html\r\n\r\nx`
const EMPTY_PARTS = `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(100_000)}`
const HOSTILE: Readonly<Record<string, string>> = {
  'links without an end': hostile('<a href=', 100_000),
  'comments without an end': hostile('<!--', 200_000),
  'empty lines': hostile('\n', 1_000_000, 'text/plain'),
  'flowed lines': hostile('a \r\n', 300_000, 'text/plain; format=flowed; delsp=yes'),
  'parts of nothing': EMPTY_PARTS,
  'parts of nothing in an encoded message': hostile(Buffer.from(EMPTY_PARTS).toString('base64'), 1, 'message/rfc822\r\nContent-Transfer-Encoding: base64'),
  'a digest of nothing': EMPTY_PARTS.replace('mixed', 'digest'),
  'groups in a recipient of a message inside': hostile(`To: ${'g:'.repeat(300_000)}\r\n\r\n`, 1, 'message/rfc822'),
  'boundaries in boundaries': `${Array.from({ length: 29 }, (_, nth) => `Content-Type: multipart/mixed; boundary=c${nth}\r\n\r\n--c${nth}\r\n`).join('')}\r\n${'--\r\n'.repeat(200_000)}`,
  'parameters': `Content-Type: text/plain; ${'a*0="; '.repeat(100_000)}\r\n\r\nx`,
  'parameters in pieces': `Content-Type: text/plain; ${Array.from({ length: 9_000 }, (_, nth) => `a*${nth}=`).join(';')}\r\n\r\nx`,
  'half encoded': `Content-Transfer-Encoding: quoted-printable\r\n\r\n${'= '.repeat(300_000)}`,
}
/** A second is what others wait at most; machines differ, and what is not linear takes minutes. */
const CPU_MS_MAX = 5_000

for (const [name, text] of Object.entries(HOSTILE)) {
  test(`the work does not grow faster than the message: ${name}`, () => {
    const before = process.cpuUsage()
    const { text: read, attachments } = readBodies(Buffer.from(text, 'latin1'))
    const { user, system } = process.cpuUsage(before)
    assert.ok((user + system) / 1_000 < CPU_MS_MAX, `${(user + system) / 1_000} ms`)
    assert.ok(attachments.length <= 5_000)
    assert.ok((read ?? '').length <= 2 * text.length)
  })
}

test('of more parts than anybody writes the first are read', () => {
  assert.equal(readBodies(Buffer.from(EMPTY_PARTS)).text, Array.from({ length: 5_000 }, () => 'x').join('\n'))
})
