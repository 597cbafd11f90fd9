import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeAuthorization } from './request.ts'

const ORIGIN = 'https://mail.example.org'
const GOOD = {
  response_type: 'code', client_id: 'stalwart-webui', redirect_uri: `${ORIGIN}/admin/oauth/callback`,
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256',
  state: '0123456789abcdef0123456789abcdef', login_hint: 'jane', prompt: 'login',
}

function judge(changes: Record<string, string | null> = {}) {
  const parameters = Object.entries({ ...GOOD, ...changes }).filter((entry): entry is [string, string] => entry[1] !== null)
  return judgeAuthorization(new Map(parameters), ORIGIN)
}

test('what a web console sends is accepted', () => {
  const accepted = judge()
  assert.ok(accepted.kind === 'accepted')
  assert.deepEqual(
    [accepted.client.id, accepted.redirectUri, accepted.target, accepted.challengeMethod, accepted.state, accepted.mayAsk],
    ['stalwart-webui', GOOD.redirect_uri, 'sameOrigin', 'S256', GOOD.state, true],
  )
  const least = { state: null, login_hint: null, prompt: null, client_id: 'rota-webui' }
  assert.equal(judge(least).kind, 'accepted')
  assert.equal(judge({ redirect_uri: 'http://127.0.0.1:3000/cb' }).kind, 'accepted')
  assert.equal(judge({ prompt: 'login consent', scope: 'openid email', nonce: 'x', unknown: 'y' }).kind, 'accepted')
})

test('a challenge without a method is plain', () => {
  const plain = judge({ code_challenge_method: null, code_challenge: 'x'.repeat(64) })
  assert.ok(plain.kind === 'accepted' && plain.challengeMethod === 'plain')
})

test('prompt=none asks nobody', () => {
  const quiet = judge({ prompt: 'none' })
  assert.ok(quiet.kind === 'accepted' && !quiet.mayAsk)
})

test('whatever is wrong is named, a bad client before a bad redirect before anything else', () => {
  const wrong: [Record<string, string | null>, string][] = [
    [{ client_id: null }, 'client_id'], [{ client_id: 'other' }, 'client_id'], [{ client_id: 'constructor' }, 'client_id'],
    [{ client_id: 'x'.repeat(10_000) }, 'client_id'], [{ client_id: 'Stalwart-webui' }, 'client_id'],
    [{ client_id: 'other', redirect_uri: 'x', state: '\n' }, 'client_id'],
    [{ redirect_uri: null }, 'redirect_uri'], [{ redirect_uri: 'https://evil.example/' }, 'redirect_uri'],
    [{ redirect_uri: 'x', response_type: 'token' }, 'redirect_uri'],
    [{ response_type: null }, 'response_type'], [{ response_type: 'token' }, 'response_type'],
    [{ response_type: 'code token' }, 'response_type'],
    [{ code_challenge: null }, 'code_challenge'], [{ code_challenge: '' }, 'code_challenge'],
    [{ code_challenge: 'x'.repeat(64) }, 'code_challenge'],
    [{ code_challenge: 'short', code_challenge_method: 'plain' }, 'code_challenge'],
    [{ code_challenge_method: 's256' }, 'code_challenge_method'], [{ code_challenge_method: '' }, 'code_challenge_method'],
    [{ state: 'a\r\nSet-Cookie: b=c' }, 'state'], [{ state: 'ü' }, 'state'], [{ state: 'x'.repeat(501) }, 'state'],
    [{ scope: '\0' }, 'scope'], [{ login_hint: 'x'.repeat(321) }, 'login_hint'],
    [{ prompt: 'none login' }, 'prompt'], [{ prompt: 'create' }, 'prompt'], [{ prompt: '' }, 'prompt'],
  ]
  for (const [changes, parameter] of wrong) {
    assert.deepEqual(judge(changes), { kind: 'refused', parameter }, JSON.stringify(changes))
  }
})
