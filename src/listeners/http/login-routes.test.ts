import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CODE_MS } from '../../services/auth/oauth/grants.ts'
import { AGAIN_MS } from '../../services/auth/oauth/rotation.ts'
import { FAILURES_PER_NAME_MAX } from '../../services/auth/failures.ts'
import { withHttp } from '../../../test/support/http-world.ts'
import { passwords } from '../../../test/support/people.ts'
import { tokensOf, WebConsole } from '../../../test/support/web-console.ts'

const PASSWORD = 'pä:ssword'
const NO_FOLLOW = { redirect: 'manual' } as const

async function errorOf(response: Response, status = 400): Promise<string> {
  const body = await response.json() as { error?: string }
  const found = [response.status, response.headers.get('content-type')]
  assert.deepEqual(found, [status, 'application/json'], JSON.stringify(body))
  assert.equal(response.headers.get('cache-control'), 'no-store')
  return body.error ?? ''
}

test('a web console logs in, step by step, with a hashed and with a plain proof key', async () => {
  for (const method of ['S256', 'plain'] as const) {
    await withHttp(async ({ url, accountId, people }) => {
      const discovered = await (await fetch(`${url}/api/discover/jane`)).json() as Record<string, string>
      assert.deepEqual(
        [discovered['authorization_endpoint'], discovered['token_endpoint'], discovered['issuer']],
        [`${url}/login`, `${url}/auth/token`, url],
      )
      const web = new WebConsole(url, method)
      const page = await fetch(web.loginUrl())
      assert.deepEqual([page.status, page.headers.get('content-type')], [200, 'text/html; charset=utf-8'])
      const answer = await web.signIn('jane', PASSWORD)
      assert.equal(answer.status, 200)
      const { type, client_code: code = '', iss } = await answer.json() as Record<string, string>
      assert.deepEqual([type, iss], ['authenticated', url])

      const tokens = await tokensOf(await web.redeem(code))
      assert.deepEqual([tokens.token_type, tokens.expires_in], ['bearer', 3_600])
      const session = await fetch(`${url}/jmap/session`, { headers: { authorization: `Bearer ${tokens.access_token}` } })
      assert.deepEqual(Object.keys((await session.json() as { accounts: object }).accounts), [accountId])

      await people.clock.advance(3_600_000)
      assert.equal(await web.status(tokens.access_token), 401)
      const next = await tokensOf(await web.refresh(tokens.refresh_token))
      assert.equal(await web.status(next.access_token), 200)
    })
  }
})

test('discovery says the same of everybody, and the same as the metadata of RFC 8414', async () => {
  await withHttp(async ({ url, people }) => {
    const text = async (path: string) => {
      const response = await fetch(url + path)
      assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'application/json'])
      return response.text()
    }
    people.storeIsAway = true
    const known = await text('/api/discover/jane@example.org')
    for (const name of ['nobody', 'a%2Fb', encodeURIComponent('<b>"'), 'x'.repeat(900)]) {
      assert.equal(await text(`/api/discover/${name}`), known)
    }
    assert.equal(await text('/.well-known/oauth-authorization-server'), known)
    assert.ok(!(JSON.parse(known) as Record<string, string>)['authorization_endpoint']?.includes('?'))
  })
})

test('the login page is one constant: nothing of a request stands in it, and its policy allows nothing else', async () => {
  await withHttp(async ({ url }) => {
    const web = new WebConsole(url)
    const plain = await (await fetch(web.loginUrl())).text()
    const marks = [
      '"><script>alert(1)</script>', "'-alert(1)-'", '</script><script>alert(1)</script>', 'javascript:alert(1)',
      '{{7*7}}',
    ]
    for (const mark of marks) {
      for (const name of ['state', 'login_hint', 'scope', 'nonce', 'unknown']) {
        const response = await fetch(web.loginUrl({ [name]: mark }))
        assert.deepEqual([response.status, await response.text()], [200, plain], `${name}: ${mark}`)
      }
      for (const name of ['client_id', 'redirect_uri', 'response_type', 'code_challenge', 'code_challenge_method', 'prompt']) {
        const response = await fetch(web.loginUrl({ [name]: mark }), NO_FOLLOW)
        const html = await response.text()
        assert.equal(response.status, 400)
        assert.ok(!html.includes(mark) && !html.includes('alert'), `${name}: ${mark}`)
        assert.ok(html.includes(`<code>${name}</code>`), name)
      }
    }
    const { headers } = await fetch(web.loginUrl())
    const policy = headers.get('content-security-policy') ?? ''
    assert.deepEqual(policy.replace(/'sha256-[^']+'/g, 'HASH').split('; '), [
      "default-src 'none'", 'style-src HASH', 'script-src HASH', "connect-src 'self'", "form-action 'self'",
      "base-uri 'none'", "frame-ancestors 'none'",
    ])
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.equal(headers.get('referrer-policy'), 'no-referrer')
    assert.equal(headers.get('x-frame-options'), 'DENY')
    assert.doesNotMatch(plain, /\son\w+=|style=|src=|https?:/)
  })
})

test('bad parameters give a page that names the first, and never lead anywhere', async () => {
  await withHttp(async ({ url }) => {
    const web = new WebConsole(url)
    const refuses = async (at: string, parameter: string) => {
      const response = await fetch(at, NO_FOLLOW)
      assert.deepEqual([response.status, response.headers.get('location')], [400, null], at)
      assert.ok((await response.text()).includes(`<code>${parameter}</code>`), at)
    }
    await refuses(`${url}/login`, 'client_id')
    await refuses(web.loginUrl({ client_id: 'other' }), 'client_id')
    await refuses(web.loginUrl({ code_challenge: null }), 'code_challenge')
    await refuses(web.loginUrl({ code_challenge_method: 'none' }), 'code_challenge_method')
    await refuses(web.loginUrl({ response_type: 'token' }), 'response_type')
    await refuses(web.loginUrl({ state: 'a\r\nSet-Cookie: a=b' }), 'state')
    await refuses(`${web.loginUrl()}&state=other`, 'state')
    await refuses(`${web.loginUrl()}&redirect_uri=${encodeURIComponent(web.callback)}`, 'redirect_uri')
    const elsewhere = [
      'https://evil.example/', '//evil.example/', `${url}@evil.example/`, `${url}.evil.example/`, `${url}#x`,
      url.replace('http:', 'https:'), 'http://localhost/', 'javascript:alert(1)', '/admin', `${url}/x?code=1`,
      `${url}/\r\nLocation: https://evil.example/`,
    ]
    for (const redirect of elsewhere) {
      await refuses(web.loginUrl({ redirect_uri: redirect }), 'redirect_uri')
      await refuses(web.loginUrl({ redirect_uri: redirect, prompt: 'none' }), 'redirect_uri')
      const answer = await web.signIn('jane', PASSWORD, { redirectUri: redirect })
      assert.equal(answer.status, 400)
      assert.match((await answer.json() as { detail: string }).detail, /^redirectUri must/)
    }
  })
})

test('a login without a page is refused at the redirect, with the state as it was sent', async () => {
  await withHttp(async ({ url }) => {
    const web = new WebConsole(url)
    const state = 'a b&code=1#"<>'
    const response = await fetch(web.loginUrl({ prompt: 'none', state }), NO_FOLLOW)
    assert.equal(response.status, 302)
    const to = new URL(response.headers.get('location') ?? '')
    assert.equal(to.origin + to.pathname, web.callback)
    assert.deepEqual([...to.searchParams], [['error', 'login_required'], ['state', state], ['iss', url]])
  })
})

test('behind a proxy that ends TLS the origin is the one that the browser sees', async () => {
  await withHttp(async ({ url }) => {
    const { port } = new URL(url)
    const origin = `https://127.0.0.1:${port}`
    const headers = { 'x-forwarded-proto': 'https' }
    const { issuer } = await (await fetch(`${url}/api/discover/jane`, { headers })).json() as { issuer: string }
    assert.equal(issuer, origin)
    const page = new URL(new WebConsole(origin).loginUrl())
    assert.equal((await fetch(url + page.pathname + page.search, { headers })).status, 200)
    assert.equal((await fetch(url + page.pathname + page.search)).status, 400)
    const other = { ...headers, 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' }
    const forged = await (await fetch(`${url}/api/discover/jane`, { headers: other })).json() as { issuer: string }
    assert.equal(forged.issuer, origin)
    for (const scheme of ['http', 'ftp', 'httpss', '']) {
      const reply = await fetch(`${url}/api/discover/jane`, { headers: { 'x-forwarded-proto': scheme } })
      assert.equal((await reply.json() as { issuer: string }).issuer, url, scheme)
    }
  })
})

test('a wrong password is a failure, too many are 429 with the time to wait', async () => {
  await withHttp(async ({ url }) => {
    const web = new WebConsole(url)
    const wrong = [['jane', 'wrong'], ['nobody', 'wrong'], ['', ''], ['jane', 'x'.repeat(2_000)]] as const
    for (const [name, password] of wrong) {
      const answer = await web.signIn(name, password)
      assert.deepEqual([answer.status, await answer.text()], [200, '{"type":"failure"}'])
      assert.equal(answer.headers.get('set-cookie'), null)
      assert.equal(answer.headers.get('www-authenticate'), null)
    }
    for (let guess = 0; guess < FAILURES_PER_NAME_MAX; guess++) await web.signIn('jane', `guess ${guess}`)
    const limited = await web.signIn('jane', PASSWORD)
    assert.deepEqual([limited.status, await limited.text()], [429, '{"type":"failure"}'])
    assert.ok(Number(limited.headers.get('retry-after')) > 0)
  })
})

test('pages of other origins, forms, and bodies that say nothing log nobody in', async () => {
  await withHttp(async ({ url, lines }) => {
    const web = new WebConsole(url)
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' }, { origin: url.replace('http:', 'https:') },
    ]
    for (const headers of foreign) {
      const answer = await web.signIn('jane', PASSWORD, {}, headers)
      assert.deepEqual([answer.status, answer.headers.get('set-cookie')], [403, null], JSON.stringify(headers))
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonx']) {
      assert.equal((await web.signIn('jane', PASSWORD, {}, { 'content-type': type })).status, 415, type)
    }
    const bodies: [string, number][] = [
      ['', 400], ['{', 400], ['[]', 400], ['null', 400], ['{}', 400], ['"authCode"', 400], ['['.repeat(10_000), 400],
      ['{"type":"deviceCode"}', 400], [JSON.stringify({ type: 'authCode', accountName: 1, accountSecret: 'x' }), 400],
      ['{"type":"authCode","accountName":"jane","accountSecret":"x","__proto__":{"clientId":"stalwart-webui"}}', 400],
      [`"${'x'.repeat(20_000)}"`, 413],
    ]
    for (const [body, status] of bodies) {
      const answer = await fetch(`${url}/api/auth`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      assert.equal(answer.status, status, body.slice(0, 100))
    }
    for (const name of ['clientId', 'codeChallenge', 'codeChallengeMethod', 'state', 'scope']) {
      const answer = await web.signIn('jane', PASSWORD, { [name]: name === 'state' || name === 'scope' ? '\n' : 'x' })
      assert.equal(answer.status, 400)
      assert.ok((await answer.json() as { detail: string }).detail.startsWith(`${name} m`), name)
      assert.equal((await web.signIn('jane', PASSWORD, { [name]: ['x'] })).status, 400)
    }
    assert.deepEqual(lines.filter(({ level }) => level === 'error'), [])
  })
})

test('a code: wrong verifier, too late, twice, other client, other redirect', async () => {
  await withHttp(async ({ url, people }) => {
    const web = new WebConsole(url)
    const code = () => web.code('jane', PASSWORD)
    assert.equal(await errorOf(await web.redeem(await code(), { code_verifier: 'x'.repeat(64) })), 'invalid_grant')
    assert.equal(await errorOf(await web.redeem(await code(), { redirect_uri: `${url}/admin/` })), 'invalid_grant')
    assert.equal(await errorOf(await web.redeem(await code(), { client_id: 'rota-webui' })), 'invalid_grant')
    assert.equal(await errorOf(await web.redeem(await code(), { client_id: 'x' }), 401), 'invalid_client')
    const late = await code()
    await people.clock.advance(CODE_MS)
    assert.equal(await errorOf(await web.redeem(late)), 'invalid_grant')
    const replayed = await code()
    const { access_token: token } = await tokensOf(await web.redeem(replayed))
    assert.equal(await web.status(token), 200)
    assert.equal(await errorOf(await web.redeem(replayed)), 'invalid_grant')
    assert.equal(await web.status(token), 401)
  })
})

test('a refresh token: of another client, used again at once, used again later', async () => {
  await withHttp(async ({ url, people }) => {
    const web = new WebConsole(url)
    const first = await web.login('jane', PASSWORD)
    assert.equal(await errorOf(await web.refresh(first.refresh_token, { client_id: 'rota-webui' })), 'invalid_grant')
    await tokensOf(await web.refresh(first.refresh_token))
    const again = await tokensOf(await web.refresh(first.refresh_token))
    assert.equal(await web.status(again.access_token), 200)
    await people.clock.advance(AGAIN_MS)
    assert.equal(await errorOf(await web.refresh(first.refresh_token)), 'invalid_grant')
    assert.equal(await web.status(again.access_token), 401)
  })
})

test('forms that are none get the errors of RFC 6749', async () => {
  await withHttp(async ({ url, lines }) => {
    const web = new WebConsole(url)
    const send = (body: string, type = 'application/x-www-form-urlencoded', path = '/auth/token') =>
      fetch(url + path, { method: 'POST', headers: { 'content-type': type }, body })
    const client = 'client_id=stalwart-webui'
    assert.equal(await errorOf(await send(''), 401), 'invalid_client')
    assert.equal(await errorOf(await send(client)), 'invalid_request')
    assert.equal(await errorOf(await send(`${client}&grant_type=`)), 'invalid_request')
    assert.equal(await errorOf(await send(`${client}&grant_type=password`)), 'unsupported_grant_type')
    assert.equal(await errorOf(await send(`${client}&${client}&grant_type=password`)), 'invalid_request')
    assert.equal(await errorOf(await send('{}', 'application/json')), 'invalid_request')
    const nonsense = `${client}&grant_type=authorization_code&code=%ff%00&redirect_uri=x&code_verifier=y`
    assert.equal(await errorOf(await send(nonsense)), 'invalid_grant')
    assert.equal((await send('x'.repeat(20_000))).status, 413)
    assert.equal(await errorOf(await send('token=x', undefined, '/auth/revoke')), 'invalid_request')
    assert.equal(await errorOf(await send(`${client}&token=`, undefined, '/auth/revoke')), 'invalid_request')
    assert.equal((await web.revoke('nobody has it')).status, 200)
    assert.deepEqual(lines.filter(({ level }) => level === 'error'), [])
  })
})

test('revoking, and a changed password, end the login at once', async () => {
  await withHttp(async ({ url, people, accountId }) => {
    const web = new WebConsole(url)
    const first = await web.login('jane', PASSWORD)
    assert.equal((await web.revoke(first.refresh_token)).status, 200)
    assert.equal(await web.status(first.access_token), 401)
    const second = await web.login('jane', PASSWORD)
    assert.equal(await web.status(second.access_token), 200)
    await people.change('Account', accountId, { credentials: passwords('other') })
    assert.equal(await web.status(second.access_token), 401)
    assert.equal(await errorOf(await web.refresh(second.refresh_token)), 'invalid_grant')
  })
})

test('the logout ends the login of that browser, and leads back to this server only', async () => {
  await withHttp(async ({ url }) => {
    const web = new WebConsole(url)
    const answer = await web.signIn('jane', PASSWORD)
    const set = answer.headers.get('set-cookie') ?? ''
    assert.match(set, /^rota-logout=[0-9a-f]{32}; Path=\/auth\/logout; Max-Age=604800; HttpOnly; SameSite=Strict$/)
    const [cookie = ''] = set.split(';')
    const { client_code: code = '' } = await answer.json() as Record<string, string>
    const { access_token: token } = await tokensOf(await web.redeem(code))
    const logout = (query: Record<string, string>, headers: Record<string, string> = {}) =>
      fetch(`${url}/auth/logout?${new URLSearchParams(query).toString()}`, { headers, ...NO_FOLLOW })
    const elsewhere = ['https://evil.example/', '//evil.example', '/admin', 'javascript:alert(1)', `${url}@evil.example/`]
    for (const back of elsewhere) {
      const refused = await logout({ client_id: 'stalwart-webui', post_logout_redirect_uri: back })
      assert.deepEqual([refused.status, refused.headers.get('location')], [400, null], back)
      assert.match(await refused.text(), /<code>post_logout_redirect_uri<\/code>/)
    }
    const stranger = await logout({ client_id: 'other', post_logout_redirect_uri: `${url}/admin/` })
    assert.deepEqual([stranger.status, stranger.headers.get('location')], [400, null])
    assert.match(await (await logout({}, { cookie: 'rota-logout=x; a=b' })).text(), /signed out/)
    assert.equal(await web.status(token), 200, 'without the cookie nothing ends')
    const back = await logout(
      { client_id: 'stalwart-webui', post_logout_redirect_uri: `${url}/admin/` }, { cookie: `a=b; ${cookie}; c=d` },
    )
    assert.deepEqual([back.status, back.headers.get('location')], [302, `${url}/admin/`])
    assert.match(back.headers.get('set-cookie') ?? '', /^rota-logout=; .*Max-Age=0/)
    assert.equal(await web.status(token), 401)
  })
})

test('a store that is away logs nobody in, and is no failure of the password', async () => {
  await withHttp(async ({ url, people }) => {
    const web = new WebConsole(url)
    const { access_token: token, refresh_token: refresh } = await web.login('jane', PASSWORD)
    people.storeIsAway = true
    assert.equal((await web.signIn('jane', PASSWORD)).status, 503)
    assert.equal((await web.refresh(refresh)).status, 503)
    assert.equal(await web.status(token), 503)
    people.storeIsAway = false
    assert.equal(await web.status(token), 200)
  })
})
