import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FAILURES_PER_NAME_MAX } from '../../services/auth/failures.ts'
import { BASIC, SCHEMA, withHttp } from '../../../test/support/http-world.ts'
import type { HttpWorld } from '../../../test/support/http-world.ts'

const NO_FOLLOW = { redirect: 'manual' } as const
const SCHEMA_PATH = `/api/schema/${SCHEMA.hash}`
const AS_JANE = { headers: { authorization: BASIC } }
const basic = (login: string) => ({ authorization: `Basic ${Buffer.from(login).toString('base64')}` })

async function problemOf(response: Response, status: number): Promise<Record<string, unknown>> {
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  const problem = await response.json() as Record<string, unknown>
  assert.deepEqual([response.status, problem['status']], [status, status], JSON.stringify(problem))
  return problem
}

test('the session: empty for strangers, with her account for Jane, by password and by token', async () => {
  await withHttp(async ({ url, accountId, people }) => {
    const session = async (headers: Record<string, string>) => {
      const response = await fetch(`${url}/jmap/session`, { headers, ...NO_FOLLOW })
      assert.deepEqual([response.status, response.headers.get('content-encoding')], [200, null])
      return await response.json() as { accounts: Record<string, unknown>; username: string; apiUrl: string }
    }
    assert.deepEqual((await session({})).accounts, {})
    const mine = await session({ authorization: BASIC })
    assert.deepEqual([Object.keys(mine.accounts), mine.username], [[accountId], 'jane@example.org'])
    assert.equal(mine.apiUrl, `${url}/jmap/`)

    const { token } = await people.apiKey(accountId)
    assert.deepEqual(Object.keys((await session({ authorization: `bearer ${token}` })).accounts), [accountId])
  })
})

test('wrong credentials are 401 and say how to log in; scripts are not offered Basic', async () => {
  await withHttp(async ({ url }) => {
    const wrong = [
      basic('jane:x').authorization, basic('jane').authorization, basic('').authorization, 'Bearer rota_x',
      'Bearer', 'Basic', 'Basic !!!', 'Digest username="jane"', `${BASIC} x`, BASIC.slice(6), '\t',
    ]
    for (const authorization of wrong) {
      const response = await fetch(`${url}/jmap/session`, { headers: { authorization } })
      assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer .*, Basic /)
      await problemOf(response, 401)
    }
    const browser = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' }
    const byScript = await fetch(`${url}/api/account`, { headers: browser })
    assert.equal(byScript.headers.get('www-authenticate'), 'Bearer realm="rota"')
    await problemOf(byScript, 401)
    const accept = 'text/html,application/xhtml+xml,*/*;q=0.8'
    const byPerson = await fetch(`${url}/api/account`, { headers: { ...browser, accept } })
    assert.match(byPerson.headers.get('www-authenticate') ?? '', /^Bearer .*, Basic /)
    for (const path of ['/api/account', '/api/schema', SCHEMA_PATH, '/jmap/download/a/b/c']) {
      await problemOf(await fetch(url + path, NO_FOLLOW), 401)
    }
  })
})

test('too many wrong passwords are 429 with the time to wait', async () => {
  await withHttp(async ({ url }) => {
    for (let guess = 0; guess < FAILURES_PER_NAME_MAX; guess++) {
      await problemOf(await fetch(`${url}/jmap/session`, { headers: basic(`jane:guess ${guess}`) }), 401)
    }
    const response = await fetch(`${url}/jmap/session`, AS_JANE)
    assert.equal(response.headers.get('retry-after'), '900')
    await problemOf(response, 429)
  })
})

test('/.well-known/jmap leads to the session', async () => {
  await withHttp(async ({ url }) => {
    const response = await fetch(`${url}/.well-known/jmap`, NO_FOLLOW)
    assert.deepEqual([response.status, response.headers.get('location')], [307, '/jmap/session'])
  })
})

test('method calls are answered with and without a slash, uncompressed, for nobody to keep', async () => {
  await withHttp(async ({ jmap }) => {
    for (const path of ['/jmap', '/jmap/']) {
      const response = await jmap([['Core/echo', { a: 1 }, 'x'], ['none', {}, 'y']], path)
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('content-type'), 'application/json')
      assert.equal(response.headers.get('content-encoding'), null)
      assert.equal(response.headers.get('cache-control'), 'no-store')
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
      assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/)
      const { methodResponses, sessionState } = await response.json() as Record<string, unknown>
      assert.deepEqual((methodResponses as unknown[])[0], ['Core/echo', { a: 1 }, 'x'])
      assert.match(String(sessionState), /^[0-9a-f]+$/)
    }
  })
})

test('an envelope that cannot be read is 400 with the type of the RFC', async () => {
  await withHttp(async ({ url }) => {
    const type = async (text: string | null, contentType: string | null = 'application/json') => {
      const typed = contentType === null ? {} : { 'content-type': contentType }
      const headers = { authorization: BASIC, ...typed }
      const body = text === null ? null : Buffer.from(text)
      const response = await fetch(`${url}/jmap`, { method: 'POST', headers, body })
      return String((await problemOf(response, 400))['type']).replace('urn:ietf:params:jmap:error:', '')
    }
    const envelope = '{"using":[],"methodCalls":[]}'
    assert.equal(await type('{'), 'notJSON')
    assert.equal(await type(''), 'notJSON')
    assert.equal(await type(null), 'notJSON')
    assert.equal(await type('{"using":[],"methodCalls":[["Core/echo",{"a":"\\ud800"},"x"]]}'), 'notJSON')
    assert.equal(await type('[]'), 'notRequest')
    assert.equal(await type('['.repeat(100_000)), 'limit')
    for (const other of ['text/plain', 'multipart/form-data', 'application/jsonx', 'x', ';', null]) {
      assert.equal(await type(envelope, other), 'notJSON', String(other))
    }
    const headers = { authorization: BASIC, 'content-type': 'Application/JSON; charset=utf-8' }
    assert.equal((await fetch(`${url}/jmap`, { method: 'POST', headers, body: envelope })).status, 200)
  })
})

test('whatever the body is, the answer is 200 or 400 and nothing is logged as a fault', async () => {
  await withHttp(async ({ url, lines }) => {
    const headers = { authorization: BASIC, 'content-type': 'application/json' }
    const calls = fc.json().map(json => `{"using":[],"methodCalls":[["Core/echo",{"a":${json}},"x"]]}`)
    await fc.assert(fc.asyncProperty(fc.oneof(fc.string(), fc.json(), calls), async body => {
      const response = await fetch(`${url}/jmap`, { method: 'POST', headers, body })
      assert.ok(response.status === 200 || response.status === 400, `${response.status}`)
      await response.text()
    }), { numRuns: 150 })
    assert.deepEqual(lines.filter(({ level }) => level !== 'debug'), [])
  })
})

test('the schema: a redirect to its hash, gzip only for who takes it', async () => {
  await withHttp(async ({ url }) => {
    const newest = await fetch(`${url}/api/schema`, { ...AS_JANE, ...NO_FOLLOW })
    assert.deepEqual([newest.status, newest.headers.get('location')], [302, SCHEMA_PATH])
    const old = await fetch(`${url}/api/schema/old`, { ...AS_JANE, ...NO_FOLLOW })
    assert.deepEqual([old.status, old.headers.get('location')], [302, SCHEMA_PATH])
    const codings = [
      ['gzip', 'gzip'], ['br, gzip;q=0.5', 'gzip'], ['*', 'gzip'], ['identity', null], ['gzip;q=0', null],
      ['*, gzip; q=0.0', null], ['', null],
    ] as const
    for (const [asked, given] of codings) {
      const headers = { authorization: BASIC, 'accept-encoding': asked }
      const response = await fetch(url + SCHEMA_PATH, { headers })
      assert.equal(response.headers.get('content-encoding'), given, asked)
      assert.equal(response.headers.get('cache-control'), 'public, max-age=31536000, immutable')
      assert.equal(response.headers.get('content-type'), 'application/json')
      assert.equal(await response.text(), SCHEMA.json)
    }
  })
})

test('/api/account tells what the caller may do', async () => {
  await withHttp(async ({ url }) => {
    const response = await fetch(`${url}/api/account`, AS_JANE)
    const permissions = ['sysAccountGet', 'sysTaskGet']
    assert.deepEqual(await response.json(), { permissions, edition: 'oss', locale: 'en_US' })
  })
})

test('a download is a file to save, of a type that the client names', async () => {
  const asked: string[][] = []
  const download = (principal: { readonly accountId: string }, ...of: [string, string]) => {
    asked.push([principal.accountId, ...of])
    return Promise.resolve(of[1] === 'known' ? Buffer.from('<script>') : null)
  }
  await withHttp(async ({ url, accountId }) => {
    const get = (path: string) => fetch(`${url}/jmap/download/${path}`, AS_JANE)
    const found = await get(`${accountId}/known/${encodeURIComponent("ü '*(1).html")}?accept=text/html`)
    assert.deepEqual([found.status, await found.text()], [200, '<script>'])
    assert.equal(found.headers.get('content-type'), 'text/html')
    const disposition = "attachment; filename*=UTF-8''%C3%BC%20%27%2a%281%29.html"
    assert.equal(found.headers.get('content-disposition'), disposition)
    assert.match(found.headers.get('content-security-policy') ?? '', /sandbox/)
    assert.equal(found.headers.get('x-content-type-options'), 'nosniff')
    for (const accept of ['', 'x', 'text/html%0d%0aSet-Cookie:x=y', 'a/b&accept=c/d', 'text/html,x/y']) {
      const response = await get(`${accountId}/known/x?accept=${accept}`)
      assert.equal(response.headers.get('content-type'), 'application/octet-stream', accept)
    }
    await problemOf(await get('other/unknown/x'), 404)
    assert.deepEqual(asked.at(-1), [accountId, 'other', 'unknown'])
  }, { download })
})

test('other paths are 404, other methods 405, paths that cannot be read 400, and no method of HTTP is a fault', async () => {
  await withHttp(async ({ url, open, lines }) => {
    const paths = [
      '//', '/%00', '/manager', '/oauth', '/assets', '/assets/x.js', '/admin/', '/jmap/upload/x/y', '/jmap/session/',
      '/api/schema/a/b',
    ]
    for (const path of paths) {
      await problemOf(await fetch(url + path, AS_JANE), 404)
    }
    for (const path of ['/jmap/session', '/jmap/download/a/b/c?type=text/plain', '/api/schema/x']) {
      for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
        const refused = await fetch(url + path, { method, ...AS_JANE })
        assert.equal(refused.headers.get('Allow'), 'GET, HEAD', path)
        await problemOf(refused, 405)
      }
    }
    for (const path of ['/jmap/download/a/b', '/jmap/download/a/b/', '/jmap/download/a/b/c/d']) {
      await problemOf(await fetch(url + path, { method: 'PUT', ...AS_JANE }), 404)
    }
    await problemOf(await fetch(`${url}/jmap`, AS_JANE), 405)
    assert.equal((await fetch(`${url}/jmap/session`, { method: 'HEAD', ...AS_JANE })).status, 200)
    for (const line of ['GET /%zz', 'GET /jmap/download/a/b/%ff', 'POST /%E0%A4%A']) {
      const client = await open()
      client.write(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
      assert.match(await client.rest(), /^HTTP\/1\.1 400 .*application\/problem\+json/s, line)
    }
    const unknown = await open()
    unknown.write('PROPFIND /dav HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    assert.match(await unknown.rest(), /^HTTP\/1\.1 404 /)
    assert.deepEqual(lines.filter(({ level }) => level !== 'debug'), [])
  })
})

test('an error of ours is 500 with a reference, and its detail is in the log only', async () => {
  await withHttp(async ({ url, logged }) => {
    const response = await fetch(`${url}/jmap/download/a/b/c?token=secret`, AS_JANE)
    const { detail } = await problemOf(response, 500)
    const { fields } = await logged('request failed')
    assert.ok(String(detail).includes(String((fields as { reference: string }).reference)))
    assert.ok(!String(detail).includes('inner'))
    assert.match(JSON.stringify(fields), /inner words/)
    assert.ok(!JSON.stringify(fields).includes('secret'))
  }, { download: () => Promise.reject(new Error('inner words')) })
})

test('a store that is away is 503, and nobody is let in on memory', async () => {
  const away = async ({ people, jmap }: HttpWorld) => {
    assert.equal((await jmap([])).status, 200)
    people.storeIsAway = true
    const response = await jmap([])
    assert.equal(response.headers.get('retry-after'), '1')
    assert.ok(!String((await problemOf(response, 503))['detail']).includes('away'))
    people.storeIsAway = false
    assert.equal((await jmap([])).status, 200)
  }
  await withHttp(away)
})

test('the host of the session is the one that was asked, if it is one', async () => {
  await withHttp(async ({ url, open }) => {
    const apiUrl = async (host: string) => {
      const client = await open()
      const forwarded = 'X-Forwarded-Host: e.example\r\nX-Forwarded-Proto: https\r\nForwarded: host=e.example'
      client.write(`GET /jmap/session HTTP/1.1\r\nHost: ${host}\r\n${forwarded}\r\nConnection: close\r\n\r\n`)
      return /"apiUrl":"([^"]*)"/.exec(await client.rest())?.[1]
    }
    assert.equal(await apiUrl('mail.example.org:8080'), 'http://mail.example.org:8080/jmap/')
    assert.equal(await apiUrl('[::1]:8080'), 'http://[::1]:8080/jmap/')
    assert.equal(await apiUrl('a/b'), `${url}/jmap/`)
    assert.equal(await apiUrl('a"b'), `${url}/jmap/`)
  })
})
