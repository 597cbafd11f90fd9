import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { withHttp } from '../../../../test/support/http-world.ts'
import type { HttpWorld } from '../../../../test/support/http-world.ts'
import { silentLog } from '../../../base/log.ts'
import { readConsole } from './console-files.ts'

const SCRIPT = `export const words = ${JSON.stringify('queue '.repeat(2_000))}\n`
const FILES = {
  'index.html': '<!doctype html><script type="module" src="/assets/index-4f9c21d0.js"></script>',
  'assets/index-4f9c21d0.js': SCRIPT,
  'assets/style-0a1b2c3d.css': 'a{}',
  'favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'notes.exe': 'MZ',
  '.sources': 'what it was built from',
}

/** As a build leaves it; and what the log said of it. */
async function withConsole(work: (world: HttpWorld) => Promise<void>, files: Readonly<Record<string, string>> = FILES): Promise<object[]> {
  const folder = await mkdtemp(join(tmpdir(), 'rota-console-'))
  const warned: object[] = []
  try {
    await mkdir(join(folder, 'assets'))
    for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text)
    const console = await readConsole(folder, { ...silentLog, warn: fields => { warned.push(fields) } })
    assert.ok(console)
    await withHttp(work, { console })
    return warned
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** By hand, because `fetch` normalises paths and decodes bodies. */
async function ask(world: HttpWorld, line: string, headers = ''): Promise<{ status: number; head: string; body: Buffer }> {
  const client = await world.open()
  client.write(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`)
  const all = await client.rest()
  const end = all.indexOf('\r\n\r\n')
  return { status: Number(all.slice(9, 12)), head: all.slice(0, end), body: Buffer.from(all.slice(end + 4), 'latin1') }
}

test('every address of the console is the page, with a policy that lets in nothing but its own files', async () => {
  await withConsole(async world => {
    const paths = ['/', '/?x=1', '/manage', '/manage/', '/manage/tasks/x:Task/abc?view=failed', '/settings/roles', '/oauth/callback?code=c&state=s']
    for (const path of paths) {
      const page = await ask(world, `GET ${path}`)
      assert.deepEqual([page.status, page.body.toString()], [200, FILES['index.html']], path)
      assert.match(page.head, /^Content-Type: text\/html; charset=utf-8\r?$/im, path)
      assert.match(page.head, /^Cache-Control: no-cache\r?$/im)
    }
    const { headers } = await fetch(world.url)
    const policy = headers.get('content-security-policy') ?? ''
    for (const rule of ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'", "trusted-types 'none'", "frame-ancestors 'none'"]) {
      assert.ok(policy.split('; ').includes(rule), rule)
    }
    assert.doesNotMatch(policy, /script-src[^;]*(unsafe|\*|https?:)|sandbox/)
    assert.deepEqual(
      ['cross-origin-opener-policy', 'cross-origin-resource-policy', 'x-content-type-options', 'referrer-policy'].map(name => headers.get(name)),
      ['same-origin', 'same-origin', 'nosniff', 'no-referrer'],
    )
    assert.match(headers.get('permissions-policy') ?? '', /camera=\(\), .*geolocation=\(\)/)
  })
})

test('hashed files are kept for a year, others are asked again; each has its own type', async () => {
  await withConsole(async ({ url }) => {
    const types = {
      '/assets/index-4f9c21d0.js': ['text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
      '/assets/style-0a1b2c3d.css': ['text/css; charset=utf-8', 'public, max-age=31536000, immutable'],
      '/favicon.svg': ['image/svg+xml', 'no-cache'],
    }
    for (const [path, expected] of Object.entries(types)) {
      const { status, headers } = await fetch(url + path)
      assert.deepEqual([status, headers.get('content-type'), headers.get('cache-control')], [200, ...expected])
    }
  })
})

test('what the browser has is not sent again, HEAD sends no body, and POST is not taken', async () => {
  await withConsole(async world => {
    for (const path of ['/', '/assets/index-4f9c21d0.js']) {
      const etag = (await fetch(world.url + path)).headers.get('etag') ?? ''
      for (const tags of [etag, etag.replace('W/', ''), `"other", ${etag}`, '*']) {
        const known = await ask(world, `GET ${path}`, `If-None-Match: ${tags}\r\n`)
        assert.deepEqual([known.status, known.body.length], [304, 0], tags)
        assert.ok(known.head.includes(etag))
      }
      assert.equal((await ask(world, `GET ${path}`, 'If-None-Match: "other"\r\n')).status, 200)
      const head = await ask(world, `HEAD ${path}`)
      assert.deepEqual([head.status, head.body.length], [200, 0])
      assert.equal((await ask(world, `POST ${path}`)).status, 405, path)
    }
    assert.equal((await ask(world, 'POST /manage/tasks')).status, 405)
  })
})

test('brotli before gzip, to who takes them, and files that get no smaller go as they are', async () => {
  await withConsole(async world => {
    const get = async (coding: string, path = '/assets/index-4f9c21d0.js') => {
      const reply = await ask(world, `GET ${path}`, coding === '' ? '' : `Accept-Encoding: ${coding}\r\n`)
      assert.match(reply.head, /^Vary: Accept-Encoding\r?$/im)
      return { ...reply, coding: /^Content-Encoding: (\w+)/im.exec(reply.head)?.[1] }
    }
    const br = await get('gzip, deflate, br, zstd')
    assert.deepEqual([br.coding, brotliDecompressSync(br.body).toString()], ['br', SCRIPT])
    const gzip = await get('gzip, br;q=0')
    assert.deepEqual([gzip.coding, gunzipSync(gzip.body).toString()], ['gzip', SCRIPT])
    assert.ok(br.body.length < SCRIPT.length / 10 && gzip.body.length < SCRIPT.length / 10)
    for (const none of ['', 'identity', 'deflate', 'br;q=0, gzip;q=0.000']) {
      assert.deepEqual([(await get(none)).coding, (await get(none)).body.toString()], [undefined, SCRIPT], none)
    }
    assert.equal((await get('br', '/assets/style-0a1b2c3d.css')).coding, undefined)
  })
})

test('only what the build wrote is there: no path leads anywhere else, and an unknown file is never the page', async () => {
  const warned = await withConsole(async world => {
    const paths = [
      '/assets/other.js', '/assets/', '/assets', '/index.html', '/notes.exe', '/.sources', '/assets/../index.html', '/assets/..%2findex.html',
      '/../package.json', '/assets/../../package.json', '/..%2fpackage.json', '/assets/%2e%2e/%2e%2e/package.json', '/assets//index-4f9c21d0.js',
      '/assets/index-4f9c21d0.js/x', '/assets/constructor', '/constructor', '/__proto__', '/manage.js', '/oauth/callback/x',
    ]
    for (const path of paths) {
      const reply = await ask(world, `GET ${path}`)
      assert.deepEqual([reply.status, reply.head.includes('application/problem+json')], [404, true], path)
    }
  })
  assert.deepEqual(warned, [{ file: '/notes.exe' }])
})

test('while nothing is built a page says how to build it, and the API is there', async () => {
  assert.equal(await readConsole(join(tmpdir(), 'rota-no-such-folder'), silentLog), null)
  await withHttp(async ({ url, jmap }) => {
    for (const path of ['/', '/manage/tasks', '/oauth/callback']) {
      const response = await fetch(url + path)
      assert.deepEqual([response.status, response.headers.get('content-type')], [503, 'text/html; charset=utf-8'])
      assert.match(await response.text(), /npm run build</)
      assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'; style-src 'sha256-/)
    }
    assert.equal((await fetch(`${url}/assets/index-4f9c21d0.js`)).status, 404)
    assert.equal((await jmap([])).status, 200)
  })
})
