/** Names proven by DNS: a real authority that asks a real name server, which takes the records from us. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { ChallengeAnswers } from '../../src/services/acme/challenge-answers.ts'
import { DnsProofs } from '../../src/services/acme/dns-proofs.ts'
import { exchange } from '../../src/services/acme/exchange.ts'
import { Proofs } from '../../src/services/acme/proofs.ts'
import { readProofs } from '../../src/services/acme/records.ts'
import { txt } from '../../src/services/dns/record.ts'
import { openMemoryStore } from '../../src/store/memory/store.ts'
import type { Store, Tx } from '../../src/store/store.ts'
import { AcmeWorld } from '../support/acme-world.ts'
import { bindMissing, SECRET, startBind, ZONE, type BindServer } from '../support/bind.ts'
import { Pebble, pebbleMissing } from '../support/pebble.ts'

const { signal } = new AbortController()

suite('a renewal that proves names by DNS', { skip: pebbleMissing() || bindMissing() }, () => {
  let store: Store
  let bind: BindServer
  let pebble: Pebble
  const dnsServerId = idSource(7, systemClock).next()
  before(async () => {
    store = await openMemoryStore({ clock: systemClock })
    bind = await startBind(['_acme-challenge.shared IN TXT "of somebody else"'])
    pebble = await Pebble.start({ dnsServer: `127.0.0.1:${bind.port}`, variables: { PEBBLE_AUTHZREUSE: '0' } })
    const server = {
      '@type': 'Tsig', description: 'bind', host: '127.0.0.1', port: bind.port, protocol: 'udp', tsigAlgorithm: 'hmac-sha512', keyName: 'rota-hmac-sha512.key',
      key: { '@type': 'Value', secret: SECRET }, timeout: 3_000, ttl: 60_000, pollingInterval: 1_000, propagationTimeout: 60_000, propagationDelay: null,
    }
    await store.transact(({ objects }) => objects.insert('DnsServer', dnsServerId, server, [], []))
  })
  after(async () => {
    await pebble[Symbol.asyncDispose]()
    await bind.stop()
    await store.close()
  })

  const world = (names: readonly string[], domain: JsonObject = {}) => AcmeWorld.open(
    systemClock, { directory: pebble.directory, trustedCertificate: pebble.trusted, challengeType: 'Dns01' },
    { name: ZONE, dnsManagement: { '@type': 'Automatic', dnsServerId }, ...domain }, names, store,
  )
  const real = () => new Proofs(new ChallengeAnswers<Tx>(store), new DnsProofs<Tx>({ store, clock: systemClock, variables: {} }))
  const records = async (name: string) => {
    const read = await bind.updater().read(`_acme-challenge.${name}`, 'TXT', signal)
    assert.ok(read.kind === 'rrset')
    return read.records
  }
  const namesOf = async () => (await store.read(async ({ objects }) =>
    objects.get('Certificate', await objects.query('Certificate', { where: [], ascending: true, limit: 100 })))).map(({ body }) => Object.keys(body['subjectAlternativeNames'] as object).join())

  test('ends with a certificate for the domain and all names under it, and leaves the zone as it was', async () => {
    const one = await world([ZONE, `*.${ZONE}`])
    const renewal = await one.renewed()
    assert.equal(renewal.kind, 'stored', JSON.stringify(renewal))
    assert.ok((await namesOf()).includes([`*.${ZONE}`, ZONE].join()))
    assert.deepEqual(await records(ZONE), [])
    assert.deepEqual(await store.read(tx => readProofs(tx, one.domainId)), [])
    assert.equal((await one.renewed()).kind, 'notDue')
  })

  test('goes on where a node ended with the record in the zone, and takes it away', async () => {
    for (const moment of ['before', 'after'] as const) {
      const name = `shared.${ZONE}`
      const one = await world([name])
      const dying = {
        give: async (...args: Parameters<Proofs['give']>) => {
          if (moment === 'after') await real().give(...args)
          throw new Error('the node is gone')
        },
        takeBack: () => Promise.reject(new Error('the node is gone')),
      }
      await assert.rejects(one.renewed(one.node(exchange, dying)), /the node is gone/)
      assert.equal((await records(name)).length, moment === 'after' ? 2 : 1)
      const orders = pebble.count('Added order')
      assert.equal((await one.renewed()).kind, 'stored')
      assert.equal(pebble.count('Added order'), orders, 'it is the same order')
      assert.deepEqual(await records(name), [txt('of somebody else')])
      await store.transact(async ({ objects }) => {
        for (const id of await objects.query('Certificate', { where: [], ascending: true, limit: 100 })) await objects.remove('Certificate', id)
      })
    }
  })

  test('takes the record away when the authority saw another one', async () => {
    const name = `wrong.${ZONE}`
    const one = await world([name])
    const wrong = {
      give: (proof: Parameters<Proofs['give']>[0], aborted: AbortSignal) => real().give({ ...proof, keyAuthorization: 'of another account' }, aborted),
      takeBack: (...args: Parameters<Proofs['takeBack']>) => real().takeBack(...args),
    }
    const failed = await one.renewed(one.node(exchange, wrong))
    assert.ok(failed.kind === 'failed' && !failed.permanent, JSON.stringify(failed))
    assert.match(failed.why, /^the authority could not see that wrong\.example\.test is /)
    assert.deepEqual(await records(name), [])
    assert.equal((await one.renewed()).kind, 'stored')
  })

  test('is given up, until somebody changes it, for a name in the zone of somebody else', async () => {
    const one = await world(['mail.example.org'])
    const failed = await one.renewed()
    assert.ok(failed.kind === 'failed' && failed.permanent, JSON.stringify(failed))
    assert.match(failed.why, /^mail\.example\.org cannot be proven by DNS: it is not in example\.test/)
  })

  test('takes the record away of a domain that is looked after by hand by then', async () => {
    const name = `late.${ZONE}`
    const one = await world([name])
    await assert.rejects(one.renewed(one.node(exchange, {
      give: async (...args) => real().give(...args).then(() => { throw new Error('the node is gone') }), takeBack: () => Promise.reject(new Error('the node is gone')),
    })), /the node is gone/)
    assert.equal((await records(name)).length, 1)
    await one.changeDomain({ certificateManagement: { '@type': 'Manual' } })
    assert.equal((await one.renewed()).kind, 'nothing')
    assert.deepEqual(await records(name), [])
  })
})
