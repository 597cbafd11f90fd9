import assert from 'node:assert/strict'
import { test } from 'node:test'
import { languagesOf } from './language.ts'

const TEXTS = {
  en: 'The children were running through the gardens while their mothers watched them from the houses nearby. ',
  de: 'Die Häuser in den Straßen wurden gestern gestrichen, und die Kinder spielten in den Gärten der Nachbarn. ',
  es: 'Las canciones que cantábamos ayer en la reunión eran muy bonitas y los niños corrían por las calles. ',
  pt: 'Não se esqueça de enviar o relatório até amanhã, porque a reunião com o cliente começa às nove horas. ',
}

for (const [language, text] of Object.entries(TEXTS)) {
  test(`a long text in ${language} has one language`, async () => {
    assert.deepEqual(await languagesOf(text.repeat(3)), [language])
  })
}

test('a short text keeps the rivals of the best guess', async () => {
  const languages = await languagesOf('Ok, thanks')
  assert.ok(languages.includes('en'))
  assert.ok(languages.length > 1)
})

test('a language without a stemmer, and no language at all, give none', async () => {
  assert.deepEqual(await languagesOf('明日の会議は中止になりました。詳しいことはまた連絡します。'.repeat(10)), [])
  assert.deepEqual(await languagesOf(''), [])
  assert.deepEqual(await languagesOf('12 34 !!'), [])
})
