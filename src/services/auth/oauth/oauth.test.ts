import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { idSource } from '../../../base/ids.ts'
import { silentLog } from '../../../base/log.ts'
import { hasCode } from '../../../errors.ts'
import { HOME, failed, loginWorld } from '../../../../test/support/login-world.ts'
import { passwords } from '../../../../test/support/people.ts'
import {
  ACCESS_MS, CODE_MS, CODES_PER_ACCOUNT_MAX, GRANT_MS, GRANT_OBJECT, GRANTS_PER_ACCOUNT_MAX, REFRESH_MS, removeEnded,
} from './grants.ts'
import type { Issued } from './grants.ts'
import { OAuth } from './oauth.ts'
import { judgeAuthorization } from './request.ts'
import { AGAIN_MS, USES_MAX } from './rotation.ts'

const ORIGIN = 'https://mail.example.org'
const CALLBACK = `${ORIGIN}/admin/oauth/callback`
const CLIENT = 'stalwart-webui'
const VERIFIER = 'verifier-'.repeat(7)

async function example() {
  const { people, store, reads, jane, ...world } = await loginWorld()
  const { clock } = people
  const ids = idSource(1, clock)
  /** A node with this store. */
  const open = () => new OAuth({ store, auth: world.open(), ids, clock, log: silentLog })
  const oauth = open()
  const authorize = async (changes: Record<string, string> = {}, from = HOME) => {
    const parameters = {
      response_type: 'code', client_id: CLIENT, redirect_uri: CALLBACK, code_challenge_method: 'S256',
      code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'), ...changes,
    }
    const request = judgeAuthorization(new Map(Object.entries(parameters)), ORIGIN)
    assert.ok(request.kind === 'accepted')
    return oauth.authorize(request, 'jane', 'wonderful', from)
  }
  const redeem = (code: string, changes: Record<string, string> = {}) => ask({
    grant_type: 'authorization_code', code, code_verifier: VERIFIER, client_id: CLIENT, redirect_uri: CALLBACK, ...changes,
  })
  const refresh = (token: string, changes: Record<string, string> = {}) =>
    ask({ grant_type: 'refresh_token', refresh_token: token, client_id: CLIENT, ...changes })
  const ask = async (form: Record<string, string>): Promise<Issued | string> => {
    const reply = await oauth.token(new Map(Object.entries(form)), HOME)
    return reply.kind === 'issued' ? reply.tokens : reply.error
  }
  const login = async () => issued(await redeem((await authorize()).code))
  const opens = (token: string, remote = HOME) => oauth.bearer(token, remote).then(() => true, error => {
    assert.ok(failed(error))
    return false
  })
  return { people, clock, reads, open, oauth, jane, authorize, redeem, refresh, ask, login, opens }
}

function issued(reply: Issued | string): Issued {
  assert.ok(typeof reply === 'object', `refused: ${String(reply)}`)
  return reply
}

test('password, code, tokens: each token is the account as it is now, and says by which login', async () => {
  const { people, oauth, jane, login, open } = await example()
  const { accessToken, refreshToken, accessMs } = await login()
  assert.match(accessToken, /^rota_at_/)
  assert.match(refreshToken, /^rota_rt_/)
  assert.equal(accessMs, ACCESS_MS)
  const [grantId] = await people.store.read(tx => tx.objects.query(GRANT_OBJECT, { where: [], ascending: true, limit: 9 }))
  const principal = { accountId: jane, name: 'jane@example.org', permissions: new Set(['janePermission']) }
  assert.deepEqual(await oauth.bearer(accessToken, HOME), { ...principal, via: `oauth:${grantId}` })
  await people.change('Account', jane, { name: 'janet' })
  for (const node of [oauth, open()]) {
    assert.deepEqual((await node.bearer(accessToken, HOME)).permissions, new Set(['janetPermission']))
  }
})

test('nothing but an access token opens anything, and nothing is stored as it is', async () => {
  const { people, authorize, redeem, opens } = await example()
  const { code, logout } = await authorize()
  const tokens = issued(await redeem(code))
  for (const text of [code, logout, tokens.refreshToken, tokens.accessToken.slice(0, -1), `${tokens.accessToken}0`]) {
    assert.equal(await opens(text), false, text)
  }
  const stored = await people.store.read(async tx => {
    const ids = await tx.objects.query(GRANT_OBJECT, { where: [], ascending: true, limit: 9 })
    return [...await tx.keys.list('', 1_000), ...await tx.objects.get(GRANT_OBJECT, ids)]
  })
  for (const secret of [code, logout, tokens.accessToken, tokens.refreshToken, VERIFIER, 'wonderful']) {
    assert.ok(!JSON.stringify(stored).includes(secret), secret)
  }
})

test('a request costs one read of the store, shared with those of the same moment', async () => {
  const { oauth, login, reads } = await example()
  const { accessToken } = await login()
  await oauth.bearer(accessToken, HOME)
  reads.count = 0
  await oauth.bearer(accessToken, HOME)
  assert.equal(reads.count, 1)
  reads.count = 0
  await Promise.all(Array.from({ length: 1_000 }, () => oauth.bearer(accessToken, HOME)))
  assert.equal(reads.count, 1)
})

test('an access token ends after an hour, to the millisecond', async () => {
  const { clock, login, opens } = await example()
  const { accessToken } = await login()
  await clock.advance(ACCESS_MS - 1)
  assert.equal(await opens(accessToken), true)
  await clock.advance(1)
  assert.equal(await opens(accessToken), false)
})

test('a code needs what it was asked for with, and is good for one attempt', async () => {
  const { authorize, redeem, clock } = await example()
  const wrong: Record<string, string>[] = [
    { code_verifier: 'x'.repeat(63) }, { client_id: 'rota-webui' }, { redirect_uri: `${CALLBACK}/` },
    { redirect_uri: 'https://evil.example/' },
  ]
  for (const changes of wrong) {
    const { code } = await authorize()
    assert.equal(await redeem(code, changes), 'invalid_grant', JSON.stringify(changes))
    assert.equal(await redeem(code), 'invalid_grant', 'a second attempt')
  }
  const { code } = await authorize({ code_challenge: VERIFIER, code_challenge_method: 'plain' })
  issued(await redeem(code))
  const late = await authorize()
  await clock.advance(CODE_MS)
  assert.equal(await redeem(late.code), 'invalid_grant')
  assert.equal(await redeem('rota_ac_x'), 'invalid_grant')
})

test('a code that comes again ends the login that it gave, also minutes later', async () => {
  const { authorize, redeem, opens, clock, refresh } = await example()
  for (const laterMs of [0, CODE_MS + 1]) {
    const { code } = await authorize()
    const tokens = issued(await redeem(code))
    assert.equal(await opens(tokens.accessToken), true)
    await clock.advance(laterMs)
    assert.equal(await redeem(code), 'invalid_grant')
    assert.equal(await opens(tokens.accessToken), false)
    assert.equal(await refresh(tokens.refreshToken), 'invalid_grant')
  }
})

test('of two who redeem a code at once one gets tokens at most, and they do not last', async () => {
  const { authorize, redeem, opens } = await example()
  const { code } = await authorize()
  const replies = await Promise.all([redeem(code), redeem(code)])
  const tokens = replies.filter(reply => typeof reply === 'object')
  assert.equal(tokens.length, 1)
  for (const { accessToken } of tokens) assert.equal(await opens(accessToken), false)
})

test('a refresh token gives new ones, and works again for a minute in case the reply was lost', async () => {
  const { login, refresh, opens, clock } = await example()
  const first = await login()
  await clock.advance(ACCESS_MS)
  const lost = issued(await refresh(first.refreshToken))
  const second = issued(await refresh(first.refreshToken))
  assert.equal(new Set([first, lost, second].map(({ refreshToken }) => refreshToken)).size, 3)
  assert.equal(await opens(second.accessToken), true)
  const third = issued(await refresh(second.refreshToken))
  await clock.advance(AGAIN_MS - 1)
  issued(await refresh(first.refreshToken))
  assert.equal(await opens(third.accessToken), true)
})

test('a refresh token that was used before ends the login, with all its tokens', async () => {
  const { login, refresh, opens, clock } = await example()
  const other = await login()
  const first = await login()
  const second = issued(await refresh(first.refreshToken))
  await clock.advance(AGAIN_MS)
  assert.equal(await opens(second.accessToken), true)
  assert.equal(await refresh(first.refreshToken), 'invalid_grant')
  for (const { accessToken, refreshToken } of [first, second]) {
    assert.equal(await opens(accessToken), false)
    assert.equal(await refresh(refreshToken), 'invalid_grant')
  }
  assert.equal(await opens(other.accessToken), true, 'another login goes on')
})

test('a thief who is quick enough to share a generation is found out when both go on', async () => {
  const { login, refresh, opens, clock } = await example()
  const { refreshToken } = await login()
  const [owner, thief] = [issued(await refresh(refreshToken)), issued(await refresh(refreshToken))]
  await clock.advance(ACCESS_MS)
  issued(await refresh(owner.refreshToken))
  await clock.advance(ACCESS_MS)
  assert.equal(await refresh(thief.refreshToken), 'invalid_grant')
  assert.equal(await opens(owner.accessToken), false)
})

test('a generation does not work any number of times', async () => {
  const { login, refresh } = await example()
  const { refreshToken } = await login()
  for (let use = 0; use < USES_MAX; use++) issued(await refresh(refreshToken))
  assert.equal(await refresh(refreshToken), 'invalid_grant')
})

test('another client, and anything that is no refresh token, gets nothing and ends nothing', async () => {
  const { login, refresh, ask, opens } = await example()
  const { refreshToken, accessToken } = await login()
  assert.equal(await refresh(refreshToken, { client_id: 'rota-webui' }), 'invalid_grant')
  assert.equal(await refresh(refreshToken, { client_id: 'unknown' }), 'invalid_client')
  assert.equal(await refresh(accessToken), 'invalid_grant')
  assert.equal(await refresh(`${refreshToken.slice(0, -4)}0000`), 'invalid_grant')
  assert.equal(await ask({ client_id: CLIENT }), 'invalid_request')
  assert.equal(await ask({ client_id: CLIENT, grant_type: 'refresh_token' }), 'invalid_request')
  assert.equal(await ask({ client_id: CLIENT, grant_type: 'authorization_code' }), 'invalid_request')
  assert.equal(await ask({ client_id: CLIENT, grant_type: 'password' }), 'unsupported_grant_type')
  assert.equal(await ask({ grant_type: 'refresh_token' }), 'invalid_client')
  assert.equal(await opens(accessToken), true)
  issued(await refresh(refreshToken))
})

test('a login that nobody uses for a day is over, and one in use after a week', async () => {
  const { login, refresh, clock, opens } = await example()
  const unused = await login()
  await clock.advance(REFRESH_MS)
  assert.equal(await refresh(unused.refreshToken), 'invalid_grant')

  let tokens = await login()
  const end = clock.now() + GRANT_MS
  while (clock.now() + REFRESH_MS < end) {
    await clock.advance(REFRESH_MS - 60_000)
    tokens = issued(await refresh(tokens.refreshToken))
  }
  await clock.advance(end - clock.now() - 60_000)
  tokens = issued(await refresh(tokens.refreshToken))
  assert.ok(tokens.accessMs <= 60_000, `${tokens.accessMs} ms`)
  await clock.advance(60_000)
  assert.equal(await opens(tokens.accessToken), false)
  assert.equal(await refresh(tokens.refreshToken), 'invalid_grant')
})

test('a changed, added or removed password ends the logins on every node; other changes do not', async () => {
  const { people, jane, login, opens, open, refresh } = await example()
  const before = await login()
  await people.change('Account', jane, { description: 'x' })
  assert.equal(await opens(before.accessToken), true)
  for (const secrets of [['wonderful', 'second'], ['changed']]) {
    await people.change('Account', jane, { credentials: passwords('wonderful') })
    const tokens = await login()
    assert.equal(await opens(tokens.accessToken), true)
    await people.change('Account', jane, { credentials: passwords(...secrets) })
    await assert.rejects(open().bearer(tokens.accessToken, HOME), failed)
    assert.equal(await opens(tokens.accessToken), false)
    assert.equal(await refresh(tokens.refreshToken), 'invalid_grant')
  }
})

test('a password changed between code and tokens ends the login before it begins', async () => {
  const { people, jane, authorize, redeem } = await example()
  const { code } = await authorize()
  await people.change('Account', jane, { credentials: passwords('changed') })
  assert.equal(await redeem(code), 'invalid_grant')
})

test('a login goes no further than its password: from where it is allowed, until it expires', async () => {
  const { people, clock, jane, login, opens, refresh } = await example()
  const [password] = Object.values(passwords('wonderful'))
  assert.ok(typeof password === 'object')
  const tokens = await login()
  await people.change('Account', jane, { credentials: { 0: { ...password, allowedIps: { '192.0.2.0/24': true } } } })
  assert.equal(await opens(tokens.accessToken), true)
  assert.equal(await opens(tokens.accessToken, '198.51.100.1'), false)
  const expiresAt = new Date(clock.now() + 60_000).toISOString()
  await people.change('Account', jane, { credentials: { 0: { ...password, expiresAt } } })
  await clock.advance(60_000)
  assert.equal(await opens(tokens.accessToken), false)
  assert.equal(await refresh(tokens.refreshToken), 'invalid_grant')
})

test('an account that is gone, or whose domain is disabled, is logged out', async () => {
  const { people, jane, login, opens, refresh } = await example()
  const tokens = await login()
  const [domainId = ''] = await people.store.read(tx => tx.objects.query('Domain', { where: [], ascending: true, limit: 1 }))
  await people.change('Domain', domainId, { isEnabled: false })
  assert.equal(await opens(tokens.accessToken), false)
  await people.change('Domain', domainId, { isEnabled: true })
  assert.equal(await opens(tokens.accessToken), true)
  await people.store.transact(({ objects }) => objects.remove('Account', jane))
  assert.equal(await opens(tokens.accessToken), false)
  assert.equal(await refresh(tokens.refreshToken), 'invalid_grant')
})

test('revoking any of its tokens ends a login on every node; a foreign client revokes nothing', async () => {
  const { oauth, open, login, opens } = await example()
  const revoke = (token: string, client = CLIENT) => oauth.revoke(new Map([['token', token], ['client_id', client]]))
  for (const which of ['accessToken', 'refreshToken'] as const) {
    const tokens = await login()
    const node = open()
    await node.bearer(tokens.accessToken, HOME)
    assert.equal(await revoke(tokens[which], 'rota-webui'), true)
    assert.equal(await opens(tokens.accessToken), true)
    assert.equal(await revoke(tokens[which]), true)
    assert.equal(await opens(tokens.accessToken), false)
    await assert.rejects(node.bearer(tokens.accessToken, HOME), failed)
  }
  assert.equal(await revoke('nobody has it'), true)
  assert.equal(await revoke('x', 'unknown'), false)
  assert.equal(await revoke(''), false)
})

test('what the browser keeps ends its login, and nothing else', async () => {
  const { oauth, authorize, redeem, login, opens } = await example()
  const other = await login()
  const { code, logout } = await authorize()
  const { accessToken } = issued(await redeem(code))
  await oauth.logout(`${logout}0`)
  assert.equal(await opens(accessToken), true)
  await oauth.logout(logout)
  assert.equal(await opens(accessToken), false)
  assert.equal(await opens(other.accessToken), true)
})

test('an account has so many logins at most: one more ends the oldest', async () => {
  const { login, opens } = await example()
  const logins: Issued[] = []
  for (let each = 0; each <= GRANTS_PER_ACCOUNT_MAX; each++) logins.push(await login())
  const open = await Promise.all(logins.map(({ accessToken }) => opens(accessToken)))
  assert.deepEqual(open, [false, ...Array.from({ length: GRANTS_PER_ACCOUNT_MAX }, () => true)])
})

test('an account has so many codes waiting at most, until they expire', async () => {
  const { authorize, clock } = await example()
  for (let each = 0; each < CODES_PER_ACCOUNT_MAX; each++) await authorize()
  await assert.rejects(authorize(), error => hasCode(error, 'auth/rate-limited'))
  await clock.advance(CODE_MS)
  await authorize()
})

test('what is over goes: keys by themselves, logins by the chore', async () => {
  const { people, clock, login } = await example()
  const grants = () => people.store.read(tx => tx.objects.query(GRANT_OBJECT, { where: [], ascending: true, limit: 9 }))
  await login()
  await clock.advance(GRANT_MS / 2)
  await login()
  const [, second = ''] = await grants()
  await clock.advance(GRANT_MS / 2)
  assert.equal(await people.store.transact(tx => removeEnded(tx, clock.now(), 100)), 1)
  assert.deepEqual(await grants(), [second])
  await people.store.transact(tx => tx.keys.removeExpired(1_000))
  assert.deepEqual(await people.store.read(tx => tx.keys.list('oauth/', 100)), [])
})
