import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { silentLog } from '../../base/log.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { RENEW_BEFORE_MS, SelfMadeCertificate } from './certificate.ts'
import type { CertificateStore } from './certificate.ts'
import { selfMadeCertificate, VALID_MS } from './self-made.ts'
import type { KeyPair } from './settings.ts'

const DAY_MS = 86_400_000

class Shelf implements CertificateStore {
  pair: KeyPair | null = null
  saves = 0
  broken = false
  load(): Promise<KeyPair | null> { return Promise.resolve(this.pair) }
  save(pair: KeyPair): Promise<void> {
    if (this.broken) return Promise.reject(new Error('the store is down'))
    this.pair = pair
    this.saves += 1
    return Promise.resolve()
  }
}

function node(store: CertificateStore, clock: VirtualClock, hostname = 'node-1.example.org') {
  return new SelfMadeCertificate({ hostname, store, clock, log: silentLog })
}

test('it is made once and found again after a restart', async () => {
  const shelf = new Shelf()
  const clock = new VirtualClock()
  const first = node(shelf, clock)
  await first.start()
  await first.stop()
  const second = node(shelf, clock)
  await second.start()
  assert.deepEqual(second.current(), first.current())
  assert.equal(shelf.saves, 1)
  await second.stop()
})

test('another host name, an unreadable certificate and a foreign key give a new one', async () => {
  const clock = new VirtualClock()
  const own = await selfMadeCertificate('node-1.example.org', clock.now())
  const other = await selfMadeCertificate('node-2.example.org', clock.now())
  for (const stored of [other, { key: own.key, cert: 'nonsense' }, { key: other.key, cert: own.cert }]) {
    const shelf = new Shelf()
    shelf.pair = stored
    const certificate = node(shelf, clock)
    await certificate.start()
    assert.notEqual(certificate.current().cert, stored.cert)
    assert.deepEqual(shelf.pair, certificate.current())
    await certificate.stop()
  }
})

test('it is renewed before it ends, and those who watch are told', async () => {
  const shelf = new Shelf()
  const clock = new VirtualClock()
  const certificate = node(shelf, clock)
  await certificate.start()
  const first = certificate.current()
  const renewed = new Promise<void>(resolve => { certificate.onRenewed(resolve) })
  await clock.advance(VALID_MS - RENEW_BEFORE_MS - DAY_MS)
  assert.equal(certificate.current(), first)
  await clock.advance(2 * DAY_MS)
  await renewed
  const second = certificate.current()
  assert.notEqual(second.cert, first.cert)
  assert.ok(new X509Certificate(second.cert).validToDate.getTime() > clock.now() + VALID_MS - 3 * DAY_MS)
  assert.deepEqual(shelf.pair, second)
  await certificate.stop()
})

test('while it cannot be saved it is used from memory, and saved when the store is back', async () => {
  const shelf = new Shelf()
  shelf.broken = true
  const clock = new VirtualClock()
  const certificate = node(shelf, clock)
  await certificate.start()
  assert.ok(certificate.current().cert.includes('BEGIN CERTIFICATE'))
  assert.equal(shelf.pair, null)
  shelf.broken = false
  await clock.advance(DAY_MS)
  await certificate.stop()
  assert.deepEqual(shelf.pair, certificate.current())
})

test('after stop no timer is left', async () => {
  const shelf = new Shelf()
  const clock = new VirtualClock()
  const certificate = node(shelf, clock)
  await certificate.start()
  const made = certificate.current()
  await certificate.stop()
  await clock.advance(2 * VALID_MS)
  assert.equal(certificate.current(), made)
})
