import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { StringFormat } from '../../base/fields.ts'
import { SetFailure } from '../set-error.ts'
import { Problems } from './problems.ts'
import { normalizeText, SECRET_CHARS_MAX, STRING_CHARS_MAX, TEXT_CHARS_MAX } from './text.ts'

/** The canonical text, or what it was refused with. */
function read(format: StringFormat, text: string, limits: { minLength?: number; maxLength?: number } = {}): unknown {
  const problems = new Problems()
  const value = normalizeText({ type: 'string', format, ...limits }, text, ['name'], problems)
  try {
    problems.refuse()
    return value
  } catch (error) {
    assert(error instanceof SetFailure)
    return error.error.validationErrors?.[0]
  }
}
const invalid = (value: string) => ({ type: 'Invalid', property: 'name', value })

describe('text', () => {
  it('is kept as it is', () => { assert.equal(read('string', 'Grüße 🎉'), 'Grüße 🎉') })
  it('without characters is missing', () => { assert.deepEqual(read('string', ''), { type: 'Required', property: 'name' }) })
  it('may be empty where the declaration says so', () => { assert.equal(read('string', '', { minLength: 0 }), '') })
  it('with NUL is refused', () => { assert.deepEqual(read('text', 'a\0b'), invalid('a\0b')) })
  it('with half a character is refused, and not echoed as such', () => { assert.deepEqual(read('string', 'a\ud800'), invalid('a\ufffd')) })
  it('with a line break is refused in a single line and taken in a long text', () => {
    assert.deepEqual(read('string', 'a\nb'), invalid('a\nb'))
    assert.equal(read('text', 'a\nb'), 'a\nb')
  })
  it('that would be read in another order is refused in a single line, unless nobody reads it', () => {
    for (const turned of ['corp \u202elanimret', '\u2066a']) {
      assert.deepEqual(read('string', turned), invalid(turned))
      assert.equal(read('text', turned), turned)
      assert.equal(read('secret', turned), turned)
    }
    assert.equal(read('string', '\u05e9\u05dc\u05d5\u05dd\u200f'), '\u05e9\u05dc\u05d5\u05dd\u200f')
  })
  it('has a length limit that counts characters', () => {
    assert.equal(read('string', '🎉'.repeat(STRING_CHARS_MAX)), '🎉'.repeat(STRING_CHARS_MAX))
    assert.deepEqual(read('string', 'a'.repeat(STRING_CHARS_MAX + 1)), { type: 'MaxLength', property: 'name', required: STRING_CHARS_MAX })
    assert.deepEqual(read('text', 'a'.repeat(TEXT_CHARS_MAX + 1)), { type: 'MaxLength', property: 'name', required: TEXT_CHARS_MAX })
    assert.deepEqual(read('string', 'abc', { maxLength: 2 }), { type: 'MaxLength', property: 'name', required: 2 })
    assert.deepEqual(read('string', '🎉', { minLength: 2 }), { type: 'MinLength', property: 'name', required: 2 })
  })
  it('that is secret is never echoed', () => {
    assert.deepEqual(read('secret', 'geheim\0'), invalid('****'))
    assert.deepEqual(read('secret', 'a'.repeat(SECRET_CHARS_MAX + 1)), { type: 'MaxLength', property: 'name', required: SECRET_CHARS_MAX })
  })
})

describe('formats', () => {
  const taken: readonly [StringFormat, string, string][] = [
    ['ipAddress', '192.0.2.1', '192.0.2.1'], ['ipAddress', '2001:DB8::1', '2001:db8::1'],
    ['ipNetwork', '10.0.0.0/8', '10.0.0.0/8'], ['ipNetwork', '192.0.2.1', '192.0.2.1'], ['ipNetwork', '2001:DB8::/032', '2001:db8::/32'],
    ['socketAddress', '0.0.0.0:25', '0.0.0.0:25'], ['socketAddress', '[::]:25', '[::]:25'], ['socketAddress', '127.0.0.1:0', '127.0.0.1:0'],
    ['socketAddress', '127.0.0.1:0025', '127.0.0.1:25'],
    ['emailAddress', 'Jane@Example.ORG.', 'jane@example.org'], ['uri', 'https://example.org/a', 'https://example.org/a'],
    ['color', '#1E90FF', '#1e90ff'], ['html', '<b>\n</b>', '<b>\n</b>'],
  ]
  for (const [format, text, canonical] of taken) it(`${format} ${text}`, () => { assert.equal(read(format, text), canonical) })

  const refused: readonly [StringFormat, string][] = [
    ['ipAddress', '192.0.2.256'],
    ['ipAddress', 'fe80::1%eth0'],
    ['ipNetwork', '10.0.0.0/33'],
    ['ipNetwork', '10.0.0.0/8/8'],
    ['ipNetwork', '10.0.0.0/'],
    ['socketAddress', '0.0.0.0'],
    ['socketAddress', '0.0.0.0:65536'],
    ['socketAddress', '::1:25'],
    ['socketAddress', '[127.0.0.1]:25'],
    ['socketAddress', 'localhost:25'],
    ['emailAddress', 'jane'],
    ['emailAddress', 'a b@example.org'],
    ['uri', 'example'],
    ['color', '#12'],
  ]
  for (const [format, text] of refused) it(`${format} refuses ${text}`, () => { assert.deepEqual(read(format, text), invalid(text)) })
})
