import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EIGHT_BIT, ENCODED_WORDS, ISO_2022_JP, LATIN1, MULTIPART, plainMail } from '../../../test/support/mail-samples.ts'
import { parseMessage } from '../message/message.ts'
import { extensionOf, domainOf, FEATURES, FEATURES_OF_MESSAGE_MAX, featuresOf, linkedHosts } from './features.ts'
import type { Features } from './features.ts'
import { TrainableModel } from './model.ts'

const read = async (content: Uint8Array): Promise<Features> => featuresOf(await parseMessage(content))
const NONE = { subject: null, from: null, replyTo: null, text: null, html: null, attachments: [] }

function assertFeatures({ indexes, values }: Features): void {
  assert.equal(indexes.length, values.length)
  assert.ok(indexes.length <= FEATURES_OF_MESSAGE_MAX)
  indexes.forEach((index, nth) => { assert.ok(index < FEATURES && index > (indexes[nth - 1] ?? -1)) })
  const norm = values.reduce((sum, value) => sum + value * value, 0)
  assert.ok(indexes.length === 0 ? norm === 0 : Math.abs(norm - 1) < 1e-3, `norm ${norm}`)
}

test('words, senders, links and attachments are told apart', async () => {
  const [one, other] = [await read(plainMail('money', { subject: 'bank' })), await read(plainMail('bank', { subject: 'money' }))]
  assert.notDeepEqual(one.indexes, other.indexes)
  assert.deepEqual([...linkedHosts({ text: 'see HTTP://Me@Evil.Example:80/x and', html: '<a href="https://evil.example/?q">x</a>' })], ['evil.example'])
  assert.deepEqual(['Invoice.PDF.exe', 'none', 'dot.', ' A.Zip '].map(extensionOf), ['exe', '', '', 'zip'])
  assert.equal(domainOf('"a@b"@Example.ORG'), 'example.org')
})

test('letters that are written as numbers, and wide or accented ones, are what they look like', () => {
  const of = (html: string) => featuresOf({ ...NONE, html }).indexes
  assert.deepEqual(of('<b>vi</b> &#99;heap &#x70;ills'), of('vi cheap pills'))
  assert.deepEqual(of('ＣＨＥＡＰ'), of('cheap'))
  assert.deepEqual(of('&#9999999; &#xffffff;'), of(''))
})

test('a word that comes often counts more, but not as often as it comes', () => {
  const { values } = featuresOf({ ...NONE, text: `${'buy '.repeat(100)}now` })
  const [small = 0, large = 0] = [...values].toSorted((one, two) => one - two)
  assert.ok(large > 3 * small && large < 10 * small)
})

test('every charset gives words', async () => {
  for (const content of [EIGHT_BIT, ENCODED_WORDS, ISO_2022_JP, LATIN1, MULTIPART]) {
    const features = await read(content)
    assertFeatures(features)
    assert.ok(features.indexes.length > 2)
  }
})

test('mail without a word has a probability too', async () => {
  const features = await read(Buffer.from('\r\n\r\n'))
  assertFeatures(features)
  assert.equal(new TrainableModel().probability(features), 0.5)
})

test('any bytes give features within the limits, and a model of numbers', async () => {
  const model = new TrainableModel()
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), fc.boolean(), async (body, isSpam) => {
    for (const head of ['', 'Subject: x\r\n\r\n', 'Content-Type: text/html\r\n\r\n', 'Content-Type: text/html; charset=utf-7\r\n\r\n']) {
      const features = await read(Buffer.concat([Buffer.from(head), body]))
      assertFeatures(features)
      model.learn(features, isSpam)
      const probability = model.probability(features)
      assert.ok(probability >= 0 && probability <= 1)
    }
  }), { numRuns: 100 })
  assert.ok(model.weights.every(Number.isFinite))
})

const TEN_MB = 10_000_000
const html = (text: string): Parameters<typeof featuresOf>[0] => ({ ...NONE, html: text.repeat(TEN_MB / text.length) })
const HOSTILE: Readonly<Record<string, Parameters<typeof featuresOf>[0]>> = {
  'one word': { ...NONE, text: 'a'.repeat(TEN_MB) },
  'a word each': { ...NONE, text: Array.from({ length: 1_000_000 }, (_, nth) => `w${nth}`).join(' ') },
  'tags without an end': html('<a '),
  'tags of nothing': html('<>'),
  'numbers of letters': html('&#'),
  'numbers of letters without an end': html('&#1'),
  'hosts': html('http://'),
  'hosts with names': html('http://a@'),
  'Thai without a space': { ...NONE, text: 'สวัสดี'.repeat(TEN_MB / 6) },
  'Chinese without a space': { ...NONE, text: '会议'.repeat(TEN_MB / 2) },
  'signs on one letter': { ...NONE, text: `e${'\u0301'.repeat(TEN_MB)}` },
  'halves of letters': { ...NONE, text: '\uD83D'.repeat(TEN_MB) },
  'a subject': { ...NONE, subject: 'a b '.repeat(TEN_MB / 4) },
  'a name': { ...NONE, from: [{ name: 'x '.repeat(TEN_MB / 2), email: 'a@'.repeat(TEN_MB / 2) }] },
}
/** The slowest takes 60 ms on a slow machine; what is not bounded takes minutes. */
const CPU_MS_MAX = 2_000

for (const [name, message] of Object.entries(HOSTILE)) {
  test(`ten megabytes take no longer than what is read of them: ${name}`, () => {
    const before = process.cpuUsage()
    const features = featuresOf(message)
    const { user, system } = process.cpuUsage(before)
    assertFeatures(features)
    assert.ok((user + system) / 1_000 < CPU_MS_MAX, `${(user + system) / 1_000} ms`)
  })
}
