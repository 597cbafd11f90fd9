import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newToken, tokenAccount, tokenHash } from './tokens.ts'

const ACCOUNT = '0123456789abc'

test('a text names its kind and its account, and is never made twice', () => {
  for (const [kind, prefix] of [['code', 'ac'], ['access', 'at'], ['refresh', 'rt']] as const) {
    const [one, other] = [newToken(kind, ACCOUNT), newToken(kind, ACCOUNT)]
    assert.match(one, new RegExp(`^rota_${prefix}_${ACCOUNT}_[0-9a-f]{64}$`))
    assert.notEqual(one, other)
    assert.equal(tokenAccount(kind, one), ACCOUNT)
    for (const elsewhere of ['code', 'access', 'refresh'] as const) {
      assert.equal(tokenAccount(elsewhere, one), elsewhere === kind ? ACCOUNT : null)
    }
  }
})

test('what is no text of ours names nobody', () => {
  const token = newToken('access', ACCOUNT)
  const bad = ['', 'rota_at_', token.slice(0, -1), `${token}0`, `x${token}`, `${token}\n`, token.toUpperCase()]
  for (const text of bad) assert.equal(tokenAccount('access', text), null, text)
})

test('what is stored tells nothing of the text', () => {
  const token = newToken('access', ACCOUNT)
  assert.match(tokenHash(token), /^[A-Za-z0-9_-]{43}$/)
  assert.notEqual(tokenHash(token), tokenHash(newToken('access', ACCOUNT)))
})
