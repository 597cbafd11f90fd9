import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pemOf } from './pem.ts'

const block = (kind: string, content: string) => `-----BEGIN ${kind}-----\n${content}\n-----END ${kind}-----`

test('the chain and the key are found in one file or in several, with words around them', () => {
  const chain = `subject=mx\n${block('CERTIFICATE', 'AAA')}\nissuer=ca\n${block('CERTIFICATE', 'BBB')}\n`
  const expected = { certificate: `${block('CERTIFICATE', 'AAA')}\n${block('CERTIFICATE', 'BBB')}\n`, privateKey: `${block('EC PRIVATE KEY', 'KKK')}\n` }
  assert.deepEqual(pemOf([block('EC PRIVATE KEY', 'KKK'), chain]), expected)
  assert.deepEqual(pemOf([`${chain}${block('EC PRIVATE KEY', 'KKK')}`]), expected)
})

test('lines of other systems are taken, and what is no PEM is not', () => {
  assert.equal(pemOf([block('CERTIFICATE', 'AAA').replaceAll('\n', '\r\n')]).certificate, `${block('CERTIFICATE', 'AAA')}\n`)
  assert.deepEqual(pemOf(['a letter', '', block('CERTIFICATE REQUEST', 'AAA')]), { certificate: null, privateKey: null })
})
