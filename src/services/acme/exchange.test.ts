import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServerResponse } from 'node:http'
import { acmeAuthority } from '../../../test/support/acme-authority.ts'
import { systemClock } from '../../base/clock.ts'
import { ANSWER_BYTES_MAX, exchange } from './exchange.ts'

const never = new AbortController().signal

async function asking(
  answer: (response: ServerResponse) => void, options: { readonly url?: string; readonly answerMsMax?: number; readonly trusted?: null } = {},
): Promise<{ readonly said: string; readonly asked: readonly string[] }> {
  await using authority = await acmeAuthority((_request, response) => { answer(response) })
  const { answerMsMax = 20_000, trusted = authority.trusted, url = '/dir' } = options
  const ask = exchange({ directory: `${authority.origin}/dir`, trusted, clock: systemClock, answerMsMax })
  const said = await ask({ method: 'GET', url: URL.parse(url, authority.origin)?.href ?? url }, never).then(
    ({ status, body }) => `${status} ${body.length}`, (error: Error & { code: string }) => `${error.code}: ${error.message}`)
  return { said, asked: authority.asked }
}

test('an answer is read up to its limit, and not a byte further', async () => {
  assert.equal((await asking(response => { response.end(Buffer.alloc(ANSWER_BYTES_MAX)) })).said, `200 ${ANSWER_BYTES_MAX}`)
  for (const size of [ANSWER_BYTES_MAX + 1, 10_000_000]) {
    const { said } = await asking(response => { response.end(Buffer.alloc(size)) })
    assert.match(said, /^acme\/unusable-answer: the answer of https:\S+ is longer than 262144 bytes$/)
  }
})

test('an authority that says nothing, or never ends, is left', async () => {
  const silent = await asking(() => {}, { answerMsMax: 50 })
  assert.match(silent.said, /^acme\/unreachable: 127\.0\.0\.1:\d+ could not be asked: no whole answer within 0\.05 s$/)
  const halting = await asking(response => { response.write('{') }, { answerMsMax: 50 })
  assert.match(halting.said, /^acme\/unreachable: .*no whole answer/)
  const broken = await asking(response => { response.destroy() })
  assert.match(broken.said, /^acme\/unreachable/)
  const other = await asking(response => { response.writeHead(101, { Connection: 'upgrade', Upgrade: 'other' }).end() })
  assert.match(other.said, /^acme\/unreachable: .*closed without an answer/)
})

test('a redirect is an answer like others', async () => {
  const { said, asked } = await asking(response => { response.writeHead(302, { Location: '/elsewhere' }).end() })
  assert.deepEqual([said, asked], ['302 0', ['GET /dir']])
})

test('who is not trusted is not spoken with', async () => {
  const { said, asked } = await asking(response => { response.end('{}') }, { trusted: null })
  assert.match(said, /^acme\/unreachable: .*self-signed certificate/)
  assert.deepEqual(asked, [])
})

test('nothing but the origin of the directory is asked', async () => {
  for (const url of ['http://127.0.0.1:1/x', 'https://127.0.0.1:1/x', 'https://169.254.169.254/', 'file:///etc/passwd', 'x'.repeat(3_000)]) {
    const { said, asked } = await asking(response => { response.end('{}') }, { url })
    assert.match(said, /^acme\/unusable-answer: the authority names .* not an https address of 127\.0\.0\.1:\d+$/, url)
    assert.deepEqual(asked, [])
  }
})

test('a run that must stop stops asking', async () => {
  const end = new AbortController()
  await using authority = await acmeAuthority(() => { end.abort(new Error('drained')) })
  const ask = exchange({ directory: authority.origin, trusted: authority.trusted, clock: systemClock })
  await assert.rejects(ask({ method: 'GET', url: authority.origin }, end.signal), /drained/)
})
