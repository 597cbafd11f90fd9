/** The renewal of a certificate with a real authority, which refuses one nonce in ten: undisturbed, and interrupted everywhere. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { exchange, type Exchange, type ExchangeOptions } from '../../src/services/acme/exchange.ts'
import { newKey } from '../../src/services/acme/jose.ts'
import { embeddedText } from '../../src/services/acme/records.ts'
import { openMemoryStore } from '../../src/store/memory/store.ts'
import type { Store } from '../../src/store/store.ts'
import { AcmeWorld, challengeListeners } from '../support/acme-world.ts'
import { Pebble, pebbleMissing } from '../support/pebble.ts'

type Listeners = Awaited<ReturnType<typeof challengeListeners>>

suite('a renewal', { skip: pebbleMissing() }, () => {
  let store: Store
  let listeners: Listeners
  let pebble: Pebble
  before(async () => {
    store = await openMemoryStore({ clock: systemClock })
    listeners = await challengeListeners(store)
    pebble = await Pebble.start({ httpPort: listeners.httpPort, tlsPort: listeners.tlsPort, variables: { PEBBLE_AUTHZREUSE: '0', PEBBLE_ALTERNATE_ROOTS: '1' } })
  })
  after(async () => {
    await pebble[Symbol.asyncDispose]()
    await listeners.stop()
    await store.close()
  })

  const provider = (more = {}) => ({ directory: pebble.directory, trustedCertificate: pebble.trusted, ...more })
  let nth = 0
  /** Names of its own, so that nothing of another test is in the way. */
  const world = (more = {}, names = [`mail${nth += 1}.example.org`, `mx${nth}.example.org`]) =>
    AcmeWorld.open(systemClock, provider(more), {}, names, store)
  const certificatesOf = async (of: AcmeWorld) => {
    const names = of.names.join()
    return (await of.certificates()).filter(({ body }) => Object.keys(body['subjectAlternativeNames'] as object).join() === names)
  }
  const serial = (body: Awaited<ReturnType<typeof certificatesOf>>[number]['body']) => new X509Certificate(embeddedText(body, 'certificate', 'value') ?? '').serialNumber

  for (const challengeType of ['Http01', 'TlsAlpn01']) {
    test(`ends with a certificate that is served: ${challengeType}`, async () => {
      const one = await world({ challengeType })
      const renewal = await one.renewed()
      assert.equal(renewal.kind, 'stored', JSON.stringify(renewal))
      const [certificate, ...others] = await certificatesOf(one)
      assert.ok(certificate)
      assert.equal(others.length, 0)
      const life = ['notValidBefore', 'notValidAfter'].map(name => Date.parse(String(certificate.body[name])))
      const [from = 0, until = 0] = life
      assert.equal(renewal.kind === 'stored' && Math.abs(renewal.nextAt - (from + (until - from) * 2 / 3)) < 2, true)
      const again = await one.renewed()
      assert.equal(again.kind, 'notDue')
      assert.equal(again.kind === 'notDue' && renewal.kind === 'stored' && again.nextAt, renewal.kind === 'stored' && renewal.nextAt)
      const audited = await store.read(({ audit }) => audit.query({ objectId: certificate.id }, { ascending: true, limit: 10 }))
      const entries = await store.read(({ audit }) => audit.get(audited))
      assert.deepEqual(entries.map(({ action, actorName }) => [action, actorName]), [['Create', 'The server']])
      assert.ok(!JSON.stringify(entries).includes('PRIVATE KEY'))
    })
  }

  test('goes on with the same order wherever a node ends, and asks for no second one', async () => {
    const undisturbed = await questionsOf(await world())
    assert.ok(undisturbed >= 10, `${undisturbed} questions`)
    for (const moment of ['before', 'after'] as const) {
      for (let at = 1; at <= undisturbed; at++) {
        const one = await world()
        const orders = pebble.count('Added order')
        let questions = 0
        const node = one.node(interrupted(() => (questions += 1) === at, moment))
        await one.renewed(node).catch((error: unknown) => { assert.match(String(error), /the node is gone/) })
        const renewal = await one.renewed()
        assert.ok(['stored', 'notDue'].includes(renewal.kind), `${moment} ${at}: ${JSON.stringify(renewal)}`)
        assert.equal((await certificatesOf(one)).length, 1, `${moment} ${at}`)
        assert.equal(pebble.count('Added order') - orders, 1, `${moment} ${at}: one order`)
      }
    }
  })

  test('begins anew with an authority that has forgotten everything', async () => {
    const one = await world()
    assert.equal((await one.step()).kind, 'waits')
    await pebble.kill()
    const away = await one.step()
    assert.ok(away.kind === 'failed' && !away.permanent)
    assert.match(away.why, /could not be asked: connect ECONNREFUSED/)
    await pebble.begin()
    const forgotten = await one.renewed()
    assert.equal(forgotten.kind, 'failed', 'our account is not known any more')
    for (let attempts = 0; attempts < 3; attempts++) if ((await one.renewed()).kind === 'stored') break
    assert.equal((await certificatesOf(one)).length, 1)
  })

  test('is not begun again within the hour, whatever the authority says of its new certificate', async () => {
    const one = await world()
    const startedAt = systemClock.now()
    const renewal = await one.renewed(one.node(advised({ start: startedAt - 2_000, end: startedAt - 1_000 })))
    assert.ok(renewal.kind === 'stored', JSON.stringify(renewal))
    assert.ok(renewal.nextAt >= startedAt + 3_600_000, new Date(renewal.nextAt).toISOString())
  })

  test('takes the place of the certificate before it, with another key or with the same', async () => {
    for (const reuseKey of [false, true]) {
      const one = await world({ reuseKey })
      await one.renewed()
      const [old] = await certificatesOf(one)
      assert.ok(old)
      await one.endLife()
      assert.equal((await one.renewed()).kind, 'stored')
      const [fresh, ...others] = await certificatesOf(one)
      assert.ok(fresh)
      assert.deepEqual([fresh.id, others.length], [old.id, 0])
      assert.notEqual(serial(fresh.body), serial(old.body))
      const keys = [old, fresh].map(({ body }) => embeddedText(body, 'privateKey', 'secret')?.trim())
      assert.equal(keys[0] === keys[1], reuseKey)
    }
  })

  test('a name that is not served here fails with the reason, leaves what is there, and is tried with a new order', async () => {
    const one = await world()
    await one.renewed()
    const [before] = await certificatesOf(one)
    await one.endLife()
    const orders = pebble.count('Added order')
    const failed = await one.renewed(one.node(exchange, { give: () => Promise.resolve({ kind: 'given' }), takeBack: () => Promise.resolve(null) }))
    assert.ok(failed.kind === 'failed' && !failed.permanent, JSON.stringify(failed))
    assert.match(failed.why, /^the authority could not see that m\w+\.example\.org is served here: .*404/)
    assert.equal(failed.afterMs, 900_000, 'authorities count failures by the hour')
    assert.deepEqual((await certificatesOf(one)).map(({ id, body }) => [id, serial(body)]), [[before?.id, serial(before?.body ?? {})]])
    assert.equal((await one.renewed()).kind, 'stored')
    assert.equal(pebble.count('Added order') - orders, 2)
    assert.notEqual(serial((await certificatesOf(one))[0]?.body ?? {}), serial(before?.body ?? {}))
  })

  test('takes the chain that the provider prefers, where there is one', async () => {
    const root = async (preferredChain: string | null) => {
      const one = await world({ preferredChain })
      await one.renewed()
      const pem = embeddedText((await certificatesOf(one))[0]?.body ?? {}, 'certificate', 'value') ?? ''
      return new X509Certificate(pem.slice(pem.lastIndexOf('-----BEGIN'))).issuer
    }
    const [usual, unknown] = [await root(null), await root('nobody knows it')]
    assert.equal(unknown, usual)
    const others = pebble.log.flatMap(line => /Generated new root issuer (CN=Pebble Root CA \w+)/.exec(line)?.[1] ?? [])
    const other = others.find(name => !usual.includes(name)) ?? ''
    assert.equal(await root(other.replace('CN=', '')), other)
  })

  test('with another key than that of its account it is refused in words', async () => {
    const one = await world()
    await one.renewed()
    await store.transact(({ keys }) => keys.removePrefix('acme-certificate/', 100))
    await one.changeProvider({ accountKey: newKey() })
    const [certificate] = await certificatesOf(one)
    await store.transact(({ objects }) => objects.remove('Certificate', certificate?.id ?? ''))
    const refused = await one.renewed()
    assert.equal(refused.kind, 'failed')
    assert.match(refused.kind === 'failed' ? refused.why : '', /the authority would not take an order: .*(JWS|key|signature|verification)/i)
  })
})

/** How many questions a renewal asks. */
async function questionsOf(one: AcmeWorld): Promise<number> {
  let questions = 0
  await one.renewed(one.node(interrupted(() => { questions += 1; return false }, 'before')))
  return questions
}

/** The authority, as if it said of all its certificates when they are to be exchanged (RFC 9773). */
function advised({ start, end }: { readonly start: number; readonly end: number }): (options: ExchangeOptions) => Exchange {
  const json = (body: object) => ({ status: 200, body: Buffer.from(JSON.stringify(body)), header: () => null })
  return options => {
    const [ask, advice] = [exchange(options), `${new URL(options.directory).origin}/advice`]
    return async (question, signal) => {
      if (question.url.startsWith(advice)) return json({ suggestedWindow: { start: new Date(start).toISOString(), end: new Date(end).toISOString() } })
      const answer = await ask(question, signal)
      return question.url === options.directory ? json({ ...JSON.parse(answer.body.toString()) as object, renewalInfo: advice }) : answer
    }
  }
}

/** Ends the node before a question is asked, or when its answer is on the way. */
function interrupted(when: () => boolean, moment: 'before' | 'after'): (options: ExchangeOptions) => Exchange {
  return options => {
    const ask = exchange(options)
    return async (question, signal) => {
      const isTime = when()
      if (isTime && moment === 'before') throw new Error('the node is gone')
      const answer = await ask(question, signal)
      if (isTime) throw new Error('the node is gone')
      return answer
    }
  }
}
