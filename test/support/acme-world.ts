/**
 * A domain whose certificate renews itself, a certificate authority, and the listeners that the authority looks at: over
 * HTTP and over TLS, answered from the store as every node does. The renewal is driven by hand, a step at a time.
 */
import { idSource, type Id } from '../../src/base/ids.ts'
import type { Clock } from '../../src/base/clock.ts'
import { systemClock } from '../../src/base/clock.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { IndexEntry } from '../../src/registry/ports.ts'
import { httpProtocol } from '../../src/listeners/http-server.ts'
import { challengeCertificate } from '../../src/listeners/tls/self-made.ts'
import { ChallengeAnswers } from '../../src/services/acme/challenge-answers.ts'
import { exchange, type Exchange, type ExchangeOptions } from '../../src/services/acme/exchange.ts'
import { newKey } from '../../src/services/acme/jose.ts'
import { DnsProofs } from '../../src/services/acme/dns-proofs.ts'
import { Proofs } from '../../src/services/acme/proofs.ts'
import { CertificateRenewal, type Renewal } from '../../src/services/acme/renewal.ts'
import { openMemoryStore } from '../../src/store/memory/store.ts'
import type { Store, Tx } from '../../src/store/store.ts'
import { listener, startListeners, type Running } from './listeners.ts'

export interface AcmePorts { readonly httpPort: number; readonly tlsPort: number }
const STEPS_MAX = 2_000

/** What an authority looks at, for whoever answers from `store`. */
export async function challengeListeners(store: Pick<Store, 'read' | 'transact' | 'now'>): Promise<Running & AcmePorts> {
  const answers = new ChallengeAnswers<Tx>(store)
  const running = await startListeners([
    listener({ name: 'http', protocol: 'http' }), listener({ name: 'https', protocol: 'http', useTls: true, tlsImplicit: true }),
  ], {
    protocols: {
      http: httpProtocol((request, response) => {
        void answers.overHttp(String(request.url).split('/').at(-1) ?? '').then(text => { response.writeHead(text === null ? 404 : 200).end(text) })
      }),
    },
  })
  running.certificate.challenge = async host => {
    const answer = await answers.overTls(host)
    return answer === null ? null : challengeCertificate(host, answer, systemClock.now())
  }
  return { ...running, httpPort: running.port('http'), tlsPort: running.port('https') }
}

export class AcmeWorld {
  readonly store: Store
  readonly providerId: Id
  readonly domainId: Id
  /** In order. */
  readonly names: readonly string[]
  readonly #ids
  readonly #clock: Clock

  private constructor(store: Store, clock: Clock, names: readonly string[]) {
    this.store = store
    this.names = names.toSorted()
    this.#clock = clock
    this.#ids = idSource(1, clock)
    this.providerId = this.#ids.next()
    this.domainId = this.#ids.next()
  }

  static async open(
    clock: Clock, provider: JsonObject, domain: JsonObject = {}, names: readonly string[] = ['mail.example.org', 'mx.example.org'],
    store?: Store,
  ): Promise<AcmeWorld> {
    const world = new AcmeWorld(store ?? await openMemoryStore({ clock }), clock, names)
    const management = {
      '@type': 'Automatic', acmeProviderId: world.providerId, subjectAlternativeNames: Object.fromEntries(names.map(name => [name, true])),
    }
    await world.store.transact(async ({ objects }) => {
      await objects.insert('AcmeProvider', world.providerId, {
        trustedCertificate: null, challengeType: 'Http01', contact: { 'hostmaster@example.org': true }, accountKey: newKey(), eabKeyId: null,
        eabHmacKey: null, renewBefore: 'R23', preferredChain: null, reuseKey: false, maxRetries: 10, ...provider,
      }, [], [])
      await objects.insert('Domain', world.domainId, { name: 'example.org', certificateManagement: management, ...domain }, [], [])
    })
    return world
  }

  /** A node that has just started: it knows what the store knows. */
  node(
    ask: (options: ExchangeOptions) => Exchange = exchange,
    proofs: Pick<Proofs, 'give' | 'takeBack'> = new Proofs(new ChallengeAnswers<Tx>(this.store), new DnsProofs<Tx>({ store: this.store, clock: systemClock, variables: {} })),
  ): CertificateRenewal<Tx> {
    const clock = this.#clock
    return new CertificateRenewal<Tx>({ store: this.store, ids: this.#ids, clock, proofs, exchange: ask })
  }

  newId(): Id {
    return this.#ids.next()
  }

  step(node: CertificateRenewal<Tx> = this.node()): Promise<Renewal> {
    return node.renew(this.domainId, new AbortController().signal)
  }

  /** Looks again and again, at the pace of the answers, until it need not wait. */
  async renewed(node: CertificateRenewal<Tx> = this.node()): Promise<Renewal> {
    for (let steps = 0; steps < STEPS_MAX; steps++) {
      const renewal = await this.step(node)
      if (renewal.kind !== 'waits') return renewal
    }
    throw new Error('the renewal waits for ever')
  }

  /** Bodies of all Certificate objects. */
  certificates(): Promise<{ readonly id: Id; readonly body: JsonObject }[]> {
    return this.store.read(async ({ objects }) =>
      objects.get('Certificate', await objects.query('Certificate', { where: [], ascending: true, limit: 100 })))
  }

  /** The certificate says of itself that it is over. */
  async endLife(): Promise<void> {
    const over = { notValidBefore: '2026-01-01T00:00:00Z', notValidAfter: '2026-01-02T00:00:00Z' }
    const index = this.names.map(value => ({ field: 'subjectAlternativeNames', value, unique: false }))
    for (const { id, body } of await this.certificates()) {
      if (Object.keys(body['subjectAlternativeNames'] ?? {}).join() !== this.names.join()) continue
      await this.#change('Certificate', id, over, index)
    }
  }

  async changeProvider(change: JsonObject): Promise<void> {
    await this.#change('AcmeProvider', this.providerId, change)
  }

  async changeDomain(change: JsonObject): Promise<void> {
    await this.#change('Domain', this.domainId, change)
  }

  async #change(object: string, id: Id, change: JsonObject, index: readonly IndexEntry[] = []): Promise<void> {
    await this.store.transact(async ({ objects }) => {
      const [found] = await objects.get(object, [id])
      if (found !== undefined) await objects.update(object, id, found.version, { ...found.body, ...change }, index, [])
    })
  }
}
