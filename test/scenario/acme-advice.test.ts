/**
 * What an authority says of when to come back: a window for the renewal (RFC 9773), and limits. It is played by a server of
 * the test, because the real one that is here knows neither.
 */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { isJsonObject } from '../../src/base/json.ts'
import { shelveCertificate } from '../../src/registry/objects/certificate-shelf.ts'
import { judgePair } from '../../src/services/certificates/certificate-pair.ts'
import { acmeAuthority, sendAcme } from '../support/acme-authority.ts'
import { AcmeWorld } from '../support/acme-world.ts'
import { issuedPair } from '../support/certificates.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const NAMES = ['mail.example.org']

interface Played { readonly window?: { readonly start: number; readonly end: number }; readonly newOrder?: (response: ServerResponse, body: unknown) => void }

/** A domain whose certificate has just been issued, for 30 days. `asked`: bodies of the orders. */
async function played({ window, newOrder = () => {} }: Played, work: (world: AcmeWorld, asked: readonly unknown[]) => Promise<void>): Promise<void> {
  const orders: unknown[] = []
  await using authority = await acmeAuthority((request, response, body) => {
    const { origin } = authority
    const path = String(request.url)
    if (path === '/dir') {
      sendAcme(response, 200, { newNonce: `${origin}/nonce`, newAccount: `${origin}/account`, newOrder: `${origin}/order`, ...window ? { renewalInfo: `${origin}/ari` } : {} })
    } else if (path.startsWith('/ari/')) {
      const { start, end } = window ?? { start: 0, end: 0 }
      sendAcme(response, 200, { suggestedWindow: { start: new Date(start).toISOString(), end: new Date(end).toISOString() } }, { 'Retry-After': '7200' })
    } else if (path === '/account') {
      sendAcme(response, 201, { status: 'valid' }, { Location: `${origin}/account/1` })
    } else if (path === '/order') {
      orders.push(body)
      newOrder(response, body)
    } else sendAcme(response, 200, {})
  })
  const world = await AcmeWorld.open(systemClock, { directory: `${authority.origin}/dir`, trustedCertificate: authority.trusted }, {}, NAMES)
  const { cert, key } = await issuedPair('mail.example.org')
  const judged = judgePair(cert, key)
  assert.ok(judged.kind === 'usable')
  await world.store.transact(async tx => {
    const certificateId = await shelveCertificate(tx, { ...judged.pair, facts: judged.facts }, null, { newId: () => world.newId(), now: systemClock.now() })
    await tx.keys.put(`acme-certificate/${world.domainId}`, { certificateId, providerId: world.providerId }, null)
  })
  await work(world, orders)
}
const limited = (retryAfter: Readonly<Record<string, string>>) => (response: ServerResponse) => {
  sendAcme(response, 429, { type: 'urn:ietf:params:acme:error:rateLimited', detail: 'too many certificates' }, retryAfter)
}
const over = () => ({ start: systemClock.now() - 2 * DAY_MS, end: systemClock.now() - DAY_MS })

test('a certificate that its authority wants exchanged early is renewed early, and the order says for which', async () => {
  await played({ window: over(), newOrder: limited({}) }, async (world, asked) => {
    assert.equal((await world.step()).kind, 'failed')
    const [order] = asked
    assert.match(String(isJsonObject(order) ? order['replaces'] : ''), /^[\w-]+\.[\w-]+$/)
  })
})

test('an order that may not replace is asked for as a new one', async () => {
  const newOrder = (response: ServerResponse, body: unknown) => {
    if (isJsonObject(body) && 'replaces' in body) sendAcme(response, 409, { type: 'urn:ietf:params:acme:error:alreadyReplaced' })
    else limited({})(response)
  }
  await played({ window: over(), newOrder }, async (world, asked) => {
    await world.step()
    assert.deepEqual(asked.map(order => isJsonObject(order) && 'replaces' in order), [true, false])
  })
})

test('a window that is to come is looked at again when the authority says', async () => {
  const start = systemClock.now() + 20 * DAY_MS
  await played({ window: { start, end: start + DAY_MS } }, async (world, asked) => {
    const renewal = await world.step()
    assert.equal(renewal.kind, 'notDue')
    const inMs = renewal.kind === 'notDue' ? renewal.nextAt - systemClock.now() : 0
    assert.ok(Math.abs(inMs - 2 * HOUR_MS) < 60_000, `${inMs}`)
    assert.deepEqual(asked, [])
  })
})

test('without a window the part of its life counts, and nobody is asked in between', async () => {
  await played({}, async world => {
    const renewal = await world.step()
    assert.equal(renewal.kind, 'notDue')
    const inMs = renewal.kind === 'notDue' ? renewal.nextAt - systemClock.now() : 0
    assert.ok(Math.abs(inMs - 20 * DAY_MS) < HOUR_MS, `${inMs}`)
  })
})

test('a limit is honoured for as long as it says, and the order is asked for once', async () => {
  await played({ window: over(), newOrder: limited({ 'Retry-After': '172800' }) }, async (world, asked) => {
    const renewal = await world.step()
    assert.ok(renewal.kind === 'failed' && !renewal.permanent)
    assert.deepEqual([renewal.afterMs, renewal.attemptsMax], [2 * DAY_MS, 10])
    assert.match(renewal.why, /would not take an order: too many certificates \(429 rateLimited\)/)
    assert.equal(asked.length, 1)
    assert.equal((await world.certificates()).length, 1, 'the old one stays')
  })
})
