/** The catalogues of the console: English and German say the same, and nothing is there that nobody shows. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { differences, readCatalogues, readConsoleCode, unused } from './support/console-texts.ts'

describe('the catalogues of the console', () => {
  it('have each text in both languages, with the same values in it', async () => {
    const catalogues = await readCatalogues()
    assert.ok(catalogues.length > 1, 'those of the pages were read')
    assert.deepEqual(catalogues.flatMap(differences), [])
  })

  it('have no text that nothing shows', async () => {
    const code = await readConsoleCode()
    assert.ok(code.size > 20, 'the code was read')
    assert.deepEqual((await readCatalogues()).flatMap(each => unused(each, code)), [])
  })
})

describe('the check of the catalogues', () => {
  const compare = (en: unknown, de: unknown) => differences({ folder: 'p', en, de })

  it('finds texts that are missing in one language', () => {
    assert.deepEqual(compare({ a: { b: 'x', c: 'y' } }, { a: { b: 'x' } }), ['p: a.c has no German text'])
    assert.deepEqual(compare({}, { a: 'x' }), ['p: a has no English text'])
  })
  it('finds values that one language leaves out', () => {
    const both = (n: number, name: string) => `${n} of ${name}`
    assert.deepEqual(compare({ a: both }, { a: (n: number, name: string) => `${name}: ${n}` }), [])
    assert.deepEqual(compare({ a: both }, { a: (n: number) => `${n}` }), ['p: a takes in 1, 2 in English and 1 in German'])
    assert.deepEqual(compare({ a: both }, { a: 'x' }), ['p: a takes in 1, 2 in English and no value in German'])
    const upper = (name: string) => name.toUpperCase()
    assert.deepEqual(compare({ a: upper }, { a: () => 'x' }), ['p: a takes in 1 in English and no value in German'])
  })
  it('finds sentences that are not translated', () => {
    assert.deepEqual(compare({ a: 'This is not translated.', b: 'Status' }, { a: 'This is not translated.', b: 'Status' }), ['p: a is not translated'])
  })
  it('finds texts that nothing shows', () => {
    const catalogues = { folder: 'p', en: { a: 'x', kinds: { b: 'x', c: 'y' }, d: { e: 'x' }, f: 'x' }, de: {} }
    const found = (text: string) => unused(catalogues, new Map([['p/x.tsx', text], ['q/x.tsx', 't.f']]))
    assert.deepEqual(found('t.a, t.kinds[kind], t.d.e'), ['p: nothing shows f'])
    assert.deepEqual(found('t.a, t.kinds.b, t.d[\'e\'], t.f'), ['p: nothing shows kinds.c'])
  })
})
