import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { systemClock } from '../../base/clock.ts'
import type { Clock } from '../../base/clock.ts'
import { silentLog } from '../../base/log.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { HealthServer } from './health-server.ts'
import type { HealthCheck } from './health-server.ts'

const good: HealthCheck = { check: 'role', run: () => Promise.resolve({ ok: true, detail: 'all duties' }) }
const bad: HealthCheck = { check: 'store', run: () => Promise.reject(new Error('connect ECONNREFUSED')) }

async function withHealth(
  checks: readonly HealthCheck[], work: (url: string, server: HealthServer) => Promise<void>, clock: Clock = systemClock, port = 0,
): Promise<void> {
  const server = new HealthServer({ bind: { host: '127.0.0.1', port }, checks, clock, log: silentLog })
  await server.start()
  try {
    await work(`http://127.0.0.1:${server.state().port}`, server)
  } finally {
    await server.stop()
  }
}

async function get(url: string, method = 'GET'): Promise<{ status: number; headers: Headers; text: string }> {
  const response = await fetch(url, { method, headers: { connection: 'close' } })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

test('ready is 200 when every check is well, else 503 and names what is wrong; live is 200 either way', async () => {
  await withHealth([good], async url => {
    const { status, headers, text } = await get(`${url}/healthz/ready`)
    assert.equal(status, 200)
    assert.equal(headers.get('content-type'), 'application/json')
    assert.deepEqual(JSON.parse(text), { ready: true, checks: [{ check: 'role', ok: true, detail: 'all duties' }] })
  })
  await withHealth([good, bad], async url => {
    const { status, text } = await get(`${url}/healthz/ready?verbose`)
    assert.equal(status, 503)
    assert.deepEqual(JSON.parse(text), { ready: false, checks: [
      { check: 'role', ok: true, detail: 'all duties' }, { check: 'store', ok: false, detail: 'connect ECONNREFUSED' },
    ] })
    assert.equal((await get(`${url}/healthz/live`)).status, 200)
  })
})

test('HEAD has the status without a body; other methods and other paths are refused', async () => {
  await withHealth([bad], async url => {
    const head = await get(`${url}/healthz/ready`, 'HEAD')
    assert.deepEqual([head.status, head.text], [503, ''])
    const post = await get(`${url}/healthz/live`, 'POST')
    assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD'])
    for (const path of ['/', '/healthz', '/healthz/live/', '/healthz/ready/../../etc', '/api', '//healthz/live']) {
      assert.equal((await get(`${url}${path}`)).status, 404, path)
    }
  })
})

test('a check that does not answer is reported after two seconds and asked only once', async () => {
  const clock = new VirtualClock()
  let asked = 0
  const release = Promise.withResolvers<{ ok: boolean; detail: string }>()
  const stuck: HealthCheck = { check: 'store', run() {
    asked += 1
    return release.promise
  } }
  await withHealth([stuck, good], async (_, server) => {
    const answers = [server.results(), server.results()]
    await clock.advance(2_000)
    for (const answer of await Promise.all(answers)) {
      assert.deepEqual(answer[0], { check: 'store', ok: false, detail: 'no answer within 2000 ms' })
      assert.equal(answer[1]?.ok, true)
    }
    assert.equal(asked, 1)
    release.resolve({ ok: true, detail: 'back' })
    await release.promise
    assert.equal((await server.results())[0]?.detail, 'back')
  }, clock)
})

test('a port that is in use does not end the node; it is taken when it is free', async () => {
  const holder = createServer()
  holder.listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as AddressInfo
  const clock = new VirtualClock()
  await withHealth([good], async (url, server) => {
    assert.equal(server.state().state, 'failed')
    assert.match(server.state().error ?? '', /'ROTA_HEALTH_BIND' cannot bind 127\.0\.0\.1:\d+: the port is in use/)
    holder.close()
    await once(holder, 'close')
    await clock.advance(1_000)
    assert.equal((await get(`${url}/healthz/live`)).status, 200)
  }, clock, port)
})

test('garbage gets 400, and stop closes connections that are kept open', async () => {
  await withHealth([good], async (url, server) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let text = ''
    socket.on('data', chunk => { text += chunk.toString() })
    socket.write('\0\0\0\r\n\r\n')
    await once(socket, 'close')
    assert.match(text, /^HTTP\/1\.1 400 /)
    const kept = connect(Number(new URL(url).port), '127.0.0.1')
    kept.write('GET /healthz/live HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(kept, 'data')
    const closed = once(kept, 'close')
    await server.stop()
    await closed
  })
})
