/** The ACME client and a real authority, which refuses one nonce in ten. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { AcmeClient } from '../../src/services/acme/client.ts'
import { exchange } from '../../src/services/acme/exchange.ts'
import { accountKey, newKey } from '../../src/services/acme/jose.ts'
import { signingRequest } from '../../src/services/certificates/signing-request.ts'
import { Pebble, pebbleMissing } from '../support/pebble.ts'
import { eventually } from '../support/server.ts'

const MAC_KEY = Buffer.from('a key that the authority has given to us').toString('base64url')
const CONTACT = ['mailto:hostmaster@example.org']

suite('an authority', { skip: pebbleMissing() }, () => {
  let pebble: Pebble
  before(async () => {
    pebble = await Pebble.start({
      bindings: { 'kid-1': MAC_KEY }, variables: { PEBBLE_VA_ALWAYS_VALID: '1', PEBBLE_ALTERNATE_ROOTS: '1', PEBBLE_AUTHZREUSE: '0' },
    })
  })
  after(async () => { await pebble[Symbol.asyncDispose]() })

  const client = (key = newKey()): AcmeClient => new AcmeClient({
    exchange: exchange({ directory: pebble.directory, trusted: pebble.trusted, clock: systemClock }), directory: pebble.directory,
    key: accountKey(key), now: () => systemClock.now(), signal: new AbortController().signal,
  })
  const registered = async (acme: AcmeClient): Promise<string> => acme.register(CONTACT, { keyId: 'kid-1', macKey: MAC_KEY })

  test('registers a key once, bound to what it has given, and finds it again', async () => {
    const key = newKey()
    const account = await registered(client(key))
    assert.equal(await registered(client(key)), account)
    await client(key).changeContact(account, ['mailto:other@example.org'])
    await assert.rejects(client().register(CONTACT, null), { code: 'acme/refused', message: /set eabKeyId and eabHmacKey/ })
    await assert.rejects(client().register(CONTACT, { keyId: 'kid-1', macKey: 'AAAA' }), { code: /acme\/(refused|failed)/ })
  })

  test('issues what the order names, for the key of the request, with a choice of chains', async () => {
    const acme = client()
    const account = await registered(acme)
    const names = ['mail.example.org', 'mx.example.org']
    const { url, order } = await acme.newOrder(account, names, null)
    assert.deepEqual([order.status, order.names], ['pending', names])
    for (const each of order.authorizations) {
      const { value } = await acme.authorization(account, each)
      await acme.answer(account, value.challenges[0]?.url ?? '')
    }
    const asked = async (status: string) => {
      const { value } = await acme.order(account, url)
      return value.status === status && value
    }
    const ready = await eventually(() => asked('ready'), 'the order is ready')
    const key = newKey()
    await acme.finalize(account, ready.finalize, signingRequest(names, key))
    const valid = await eventually(() => asked('valid'), 'the certificate is there')
    const { chain, alternates } = await acme.certificate(account, valid.certificate ?? '')
    const leaf = new X509Certificate(chain)
    assert.deepEqual([leaf.subjectAltName, alternates.length], ['DNS:mail.example.org, DNS:mx.example.org', 1])
    assert.notEqual((await acme.certificate(account, alternates[0] ?? '')).chain, chain)
  })

  test('finds an order whose URL was lost, among many, as long as it is open', async () => {
    const acme = client()
    const account = await registered(acme)
    const lost = await acme.newOrder(account, ['b.example.net', 'a.example.net'], null)
    for (let n = 0; n < 4; n++) await acme.newOrder(account, [`n${n}.example.net`], null)
    assert.equal(await acme.openOrder(account, ['a.example.net', 'b.example.net']), lost.url)
    assert.equal(await acme.openOrder(account, ['a.example.net']), null)
  })

  test('an order of somebody else, or one that there is not, is refused', async () => {
    const [one, other] = [client(), client()]
    const { url } = await one.newOrder(await registered(one), ['own.example.net'], null)
    const account = await registered(other)
    await assert.rejects(other.order(account, url), { code: /acme\/(refused|failed)/ })
    await assert.rejects(other.order(account, `${url}x`), { code: 'acme/failed' })
    await assert.rejects(other.newOrder(`${account}x`, ['x.example.net'], null), { code: /acme\/(no-account|failed)/ })
  })
})
