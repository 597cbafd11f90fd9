import assert from 'node:assert/strict'
import { createServer } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { selfMadePair } from '../../../test/support/certificates.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import type { RotaError } from '../../errors.ts'
import { FETCH_MS_MAX, isPublic, rulesSource, SENT_BYTES_MAX, UNPACKED_BYTES_MAX } from './rules-source.ts'

const NEVER = new AbortController().signal

it('asks what everybody reaches, and nothing of this machine, of a local network or of nobody', () => {
  for (const address of ['192.0.9.1', '8.8.8.8', '2a00:1450:4001::1', '2606:4700::1']) assert.ok(isPublic(address), address)
  for (const address of [
    '127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '255.255.255.255', '224.0.0.1', '198.18.0.1',
    '::1', '::', 'fe80::1', 'fd00::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:1::', '2001:db8::1', 'ff02::1', 'localhost', '',
  ]) assert.equal(isPublic(address), false, address)
})

describe('the address of the rules', () => {
  let answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end()
  let cert = ''
  let server: ReturnType<typeof createServer>
  let url = ''
  const clock = new VirtualClock()
  before(async () => {
    const pair = await selfMadePair('localhost', Date.UTC(2026, 10, 1))
    cert = pair.cert
    server = createServer(pair, (request, response) => { answer(request, response) })
    await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
    url = `https://localhost:${(server.address() as AddressInfo).port}/rules`
  })
  after(() => new Promise(resolve => {
    server.closeAllConnections()
    server.close(resolve)
  }))
  const fetch = (at = url, etag: string | null = null, signal = NEVER) =>
    rulesSource({ clock, trusted: cert, mayAsk: address => address === '127.0.0.1' })(at, etag, signal)
  const fails = (code: RotaError['code'], message: RegExp, at = url) => assert.rejects(fetch(at), { code, message })

  it('gives its content and the version of it, which is asked for the next time', async () => {
    answer = ({ headers }, response) => {
      if (headers['if-none-match'] === '"1"') response.writeHead(304).end()
      else response.writeHead(200, { etag: '"1"' }).end('{}')
    }
    const fetched = await fetch()
    assert(fetched.kind === 'content')
    assert.deepEqual([fetched.content.toString(), fetched.etag], ['{}', '"1"'])
    assert.deepEqual(await fetch(url, '"1"'), { kind: 'unchanged' })
  })

  it('may be packed, within limits', async () => {
    answer = (_, response) => { response.end(gzipSync('{"a":[]}')) }
    const fetched = await fetch()
    assert.equal(fetched.kind === 'content' && fetched.content.toString(), '{"a":[]}')
    answer = (_, response) => { response.end(gzipSync(Buffer.alloc(UNPACKED_BYTES_MAX + 1))) }
    await fails('spam/bad-rules', /cannot be unpacked/)
    answer = (_, response) => { response.end(Buffer.alloc(SENT_BYTES_MAX + 1)) }
    await fails('spam/bad-rules', /larger than/)
  })

  it('leads nowhere else than where everybody gets', async () => {
    answer = (request, response) => {
      if (request.url === '/rules') response.writeHead(302, { location: '/next' }).end()
      else response.end('{}')
    }
    assert.equal((await fetch()).kind, 'content')
    answer = (_, response) => { response.writeHead(302, { location: url }).end() }
    await fails('spam/fetch-failed', /more than 3 redirects/)
    for (const [location, why] of [['http://localhost/', /not https/], ['https://10.0.0.1/', /not an address/], ['https://[::1]/', /not an address/], ['file:///etc/passwd', /not https/]] as const) {
      answer = (_, response) => { response.writeHead(302, { location }).end() }
      await fails('spam/fetch-failed', why)
    }
    let asked = 0
    answer = (_, response) => { asked++; response.end('{}') }
    for (const at of [url, url.replace('localhost', '127.0.0.1')]) {
      await assert.rejects(rulesSource({ clock, trusted: cert })(at, null, NEVER), { code: 'spam/fetch-failed', message: /everybody can reach/ })
    }
    assert.equal(asked, 0)
    await fails('spam/fetch-failed', /not https/, 'http://localhost/')
  })

  it('that answers badly, not at all or not in time is tried again', async () => {
    answer = (_, response) => { response.writeHead(503).end() }
    await fails('spam/fetch-failed', /503/)
    answer = (_, response) => { response.writeHead(101, { connection: 'upgrade', upgrade: 'other' }).end() }
    await fails('spam/fetch-failed', /closed without an answer/)
    answer = request => { request.socket.destroy() }
    await fails('spam/fetch-failed', /localhost:\d+ gave no rules/)
    const asked = new Promise<void>(resolve => { answer = (_, response) => { response.writeHead(200).write('{'); resolve() } })
    const [waiting] = [assert.rejects(fetch(), { code: 'spam/fetch-failed', message: /60 s/ }), await asked]
    await clock.advance(FETCH_MS_MAX)
    await waiting
    const stopped = new AbortController()
    const begun = new Promise<void>(resolve => { answer = () => { resolve() } })
    const [other] = [assert.rejects(fetch(url, null, stopped.signal), /stop/), await begun]
    stopped.abort(new Error('stop'))
    await other
    await assert.rejects(rulesSource({ clock, mayAsk: () => true })(url, null, NEVER), { code: 'spam/fetch-failed' }, 'a certificate of nobody')
  })
})
