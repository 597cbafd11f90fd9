/**
 * How a web console logs in, step by step as it does: it discovers, sends the browser away, gets a code back, changes it
 * for tokens, and renews them. It breaks when `expires_in` is missing, and asks for nothing that is not in the first reply.
 */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { NodeProcess } from '../support/node-process.ts'
import { ADMIN_PASSWORD } from '../support/server.ts'
import { bearer, CONSOLE_USING, header, json, member, Wire } from './wire.ts'

const CLIENT = 'stalwart-webui'
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }

suite('the login of a web console', () => {
  let node: NodeProcess
  let browser: Wire
  let origin: string
  before(async () => {
    node = await NodeProcess.start()
    browser = new Wire(node.port('http'), null)
    origin = `http://127.0.0.1:${node.port('http')}`
  })
  after(async () => { await node[Symbol.asyncDispose]() })

  const discover = async (name: string): Promise<JsonObject> => {
    const reply = await browser.get(`/api/discover/${encodeURIComponent(name)}`)
    assert.equal(reply.status, 200)
    return json(reply)
  }
  /** The path of an address that may be relative. */
  const pathOf = (address: unknown): string => new URL(String(address), origin).pathname

  for (const method of ['S256', 'plain'] as const) {
    test(`from the name to the first list, with ${method}`, async () => {
      const found = await discover('admin')
      assert.doesNotMatch(String(found['authorization_endpoint']), /\?/, 'it appends its own')
      const verifier = randomBytes(48).toString('base64url')
      const challenge = method === 'plain' ? verifier : createHash('sha256').update(verifier).digest('base64url')
      const redirect = `${origin}/admin/oauth/callback`
      const state = randomBytes(16).toString('hex')
      const asked = new URLSearchParams({ response_type: 'code', client_id: CLIENT, redirect_uri: redirect, code_challenge: challenge,
        code_challenge_method: method, state, login_hint: 'admin', prompt: 'login' })
      const page = await browser.get(`${pathOf(found['authorization_endpoint'])}?${asked.toString()}`, { Accept: 'text/html' })
      assert.deepEqual([page.status, header(page, 'content-type')?.split(';')[0]], [200, 'text/html'])

      const signedIn = await browser.post('/api/auth', JSON.stringify({ type: 'authCode', accountName: 'admin', accountSecret: ADMIN_PASSWORD,
        clientId: CLIENT, redirectUri: redirect, state, codeChallenge: challenge, codeChallengeMethod: method }),
      { 'Content-Type': 'application/json', Origin: origin })
      const { type, client_code: code } = json(signedIn)
      assert.equal(type, 'authenticated')

      const form = new URLSearchParams({ grant_type: 'authorization_code', code: String(code), code_verifier: verifier, client_id: CLIENT, redirect_uri: redirect })
      const tokens = await browser.post(pathOf(found['token_endpoint']), form.toString(), FORM)
      assert.deepEqual([tokens.status, header(tokens, 'cache-control')], [200, 'no-store'])
      const { access_token: access, expires_in: seconds, refresh_token: refresh, token_type: kind } = json(tokens)
      assert.ok(typeof seconds === 'number' && seconds > 300, 'it would ask for a new one before each call')
      assert.equal(String(kind).toLowerCase(), 'bearer')
      await works(String(access))

      const renewal = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: String(refresh), client_id: CLIENT })
      const renewed = json(await browser.post(pathOf(found['token_endpoint']), renewal.toString(), FORM))
      assert.ok(typeof renewed['expires_in'] === 'number')
      await works(String(renewed['access_token']))
    })
  }

  test('a name that nobody has is answered like any other', async () => {
    const [known, unknown] = [await discover('admin'), await discover('no body@nowhere.example')]
    assert.deepEqual(unknown, known)
  })

  test('a wrong password, a wrong code, a used refresh token are refused in the words of the protocol', async () => {
    const wrong = await browser.post('/api/auth', JSON.stringify({ type: 'authCode', accountName: 'admin', accountSecret: 'wrong', clientId: CLIENT,
      redirectUri: `${origin}/admin/oauth/callback`, codeChallenge: 'x'.repeat(43), codeChallengeMethod: 'S256' }),
    { 'Content-Type': 'application/json', Origin: origin })
    assert.deepEqual(json(wrong), { type: 'failure' })
    const form = new URLSearchParams({ grant_type: 'authorization_code', code: 'nonsense', code_verifier: 'x'.repeat(43), client_id: CLIENT, redirect_uri: `${origin}/admin/oauth/callback` })
    const refused = await browser.post('/auth/token', form.toString(), FORM)
    assert.deepEqual([refused.status, json(refused)['error']], [400, 'invalid_grant'])
    const renewal = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'nonsense', client_id: CLIENT })
    assert.equal(json(await browser.post('/auth/token', renewal.toString(), FORM))['error'], 'invalid_grant')
  })

  async function works(token: string): Promise<void> {
    const ui = new Wire(node.port('http'), bearer(token), '/jmap/', CONSOLE_USING)
    assert.equal((await ui.get('/jmap/session')).status, 200)
    assert.ok((json(await ui.get('/api/account'))['permissions'] as string[]).includes('sysTaskQuery'))
    // The token goes along when the schema redirects.
    const location = header(await ui.get('/api/schema'), 'location') ?? ''
    assert.ok(member(json(await ui.get(location)), 'lists'))
    assert.ok(Array.isArray((await ui.call('x:Task/query', { limit: 25, position: 0, calculateTotal: true }))['ids']))
  }
})
