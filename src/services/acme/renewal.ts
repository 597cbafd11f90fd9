/**
 * The renewal of the certificate of one domain, a step at a time: each call goes as far as it can without waiting, and says
 * how it stands. README.md has the states. Whoever calls sees to it that one domain is not renewed twice at once.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import type { Id, IdSource } from '../../base/ids.ts'
import { RotaError } from '../../errors.ts'
import { certificatesFor, shelvedCertificate, shelveCertificate } from '../../registry/objects/certificate-shelf.ts'
import type { ShelvedCertificate } from '../../registry/objects/certificate-shelf.ts'
import type { RegistryTx } from '../../registry/ports.ts'
import { signingRequest } from '../certificates/signing-request.ts'
import { downloadChain, judgeChain } from './chain.ts'
import type { ChallengeStore } from './challenge-answers.ts'
import { AcmeClient } from './client.ts'
import { certificateId, dueInWindow, duePoint, nextLook } from './due.ts'
import type { Life } from './due.ts'
import { exchange as overHttps } from './exchange.ts'
import type { Exchange, ExchangeOptions } from './exchange.ts'
import { accountKey, newKey } from './jose.ts'
import type { AccountKey } from './jose.ts'
import { challengeOf } from './proofs.ts'
import type { Proof, Proofs } from './proofs.ts'
import {
  embeddedText, readAccount, readOrder, readShelf, removeAccount, removeOrder, writeAccount, writeOrder, writeShelf,
} from './records.ts'
import type { OrderRecord } from './records.ts'
import { unusable } from './resources.ts'
import type { AcmeAuthorization, AcmeOrder } from './resources.ts'
import { wantedCertificate } from './wanted.ts'
import type { AcmeProvider, WantedCertificate } from './wanted.ts'

/** Times in ms, `nextAt` since 1970: when the domain is to be looked at again. */
export type Renewal =
  | { readonly kind: 'nothing'; readonly why: string }
  | { readonly kind: 'notDue'; readonly nextAt: number; readonly why: string }
  | { readonly kind: 'stored'; readonly nextAt: number; readonly names: readonly string[]; readonly publishesKeys: boolean }
  | { readonly kind: 'waits'; readonly forMs: number; readonly why: string }
  /** `permanent`: until somebody changes a setting. `attemptsMax`: what the provider has for it. */
  | { readonly kind: 'failed'; readonly permanent: boolean; readonly why: string; readonly afterMs: number | null; readonly attemptsMax: number }

export interface RenewalDependencies<Tx extends RegistryTx> {
  readonly store: ChallengeStore<Tx>
  readonly ids: IdSource
  readonly clock: Clock
  readonly proofs: Pick<Proofs, 'give' | 'takeBack'>
  /** How authorities are asked; left out: over HTTPS. */
  readonly exchange?: (options: ExchangeOptions) => Exchange
}

/** An authority that has said nothing for so long, since it could look, will not say it any more; authorities look within minutes. */
const ORDER_MS_MAX = 3_600_000
const WAIT_MS_MIN = 1_000
const WAIT_MS_MAX = 60_000
/** An authority that wants each of its certificates replaced at once is not followed without end. */
const AFTER_STORED_MS_MIN = 3_600_000
/** Authorities count failed proofs by the hour, and five are usual. */
const AFTER_FAILED_PROOF_MS = 900_000
/** When it is tried again to take a proof away, where nothing else is to be done sooner. */
const TIDY_AGAIN_MS = 3_600_000
const TIDY_ATTEMPTS_MAX = 10

/** One call of `renew`. */
interface Attempt {
  readonly wanted: WantedCertificate
  readonly client: AcmeClient
  readonly key: AccountKey
  readonly now: number
  readonly signal: AbortSignal
}

export class CertificateRenewal<Tx extends RegistryTx = RegistryTx> {
  readonly #deps: RenewalDependencies<Tx>

  constructor(deps: RenewalDependencies<Tx>) {
    this.#deps = deps
  }

  /** Rejects for what is not the authority's doing: the store, and the abort of `signal`. */
  async renew(domainId: Id, signal: AbortSignal): Promise<Renewal> {
    const wanted = await this.#deps.store.read(tx => wantedCertificate(tx, domainId))
    return this.#tidied(domainId, wanted.kind === 'nothing' ? wanted : await this.#tried(wanted, signal), signal)
  }

  async #tried(wanted: WantedCertificate, signal: AbortSignal): Promise<Renewal> {
    const { store } = this.#deps
    try {
      return await this.#attempt(await this.#begin(wanted, signal))
    } catch (error) {
      if (!(error instanceof RotaError) || !error.code.startsWith('acme/')) throw error
      if (error.code === 'acme/no-account') await store.transact(tx => removeAccount(tx, wanted.provider.id))
      const { afterMs } = error.details
      return {
        kind: 'failed', permanent: error.code === 'acme/refused', why: error.message,
        afterMs: typeof afterMs === 'number' ? afterMs : null, attemptsMax: wanted.provider.maxRetries,
      }
    }
  }

  /** Proofs stay where the authority looks for them as long as an order is open. */
  async #tidied(domainId: Id, renewal: Renewal, signal: AbortSignal): Promise<Renewal> {
    const { store, proofs } = this.#deps
    // Nobody goes on with it until somebody changes a setting.
    const isLeft = renewal.kind === 'nothing' || renewal.kind === 'failed' && renewal.permanent
    const isOpen = !isLeft && await store.read(tx => readOrder(tx, domainId)) !== null
    const why = isOpen ? null : await proofs.takeBack(domainId, signal)
    if (why === null) return renewal
    switch (renewal.kind) {
      case 'nothing': return { kind: 'failed', permanent: false, why, afterMs: TIDY_AGAIN_MS, attemptsMax: TIDY_ATTEMPTS_MAX }
      case 'notDue':
      case 'stored': return { ...renewal, nextAt: Math.min(renewal.nextAt, await store.now() + TIDY_AGAIN_MS) }
      // A task that is Failed would not come again to take it away.
      case 'failed': return renewal.permanent ? { ...renewal, permanent: false, why: `${renewal.why}; ${why}`, afterMs: TIDY_AGAIN_MS } : renewal
      case 'waits': return renewal
    }
  }

  async #begin(wanted: WantedCertificate, signal: AbortSignal): Promise<Attempt> {
    const { clock, store, exchange = overHttps } = this.#deps
    const { directory, trusted, accountKey: pem } = wanted.provider
    const key = accountKey(pem)
    const client = new AcmeClient({ exchange: exchange({ directory, trusted, clock }), directory, key, now: () => clock.now(), signal })
    return { wanted, client, key, now: await store.now(), signal }
  }

  async #attempt(attempt: Attempt): Promise<Renewal> {
    const { wanted, now } = attempt
    const { domainId, names } = wanted
    const present = await this.#present(wanted)
    if (present !== undefined) {
      const { dueAt, nextAt } = await this.#due(attempt, present)
      if (dueAt > now) {
        await this.#deps.store.transact(tx => removeOrder(tx, domainId))
        return { kind: 'notDue', nextAt, why: `the certificate of ${names.join(', ')} is due on ${new Date(dueAt).toISOString()}` }
      }
    }
    refuseWildcards(wanted)
    const account = await this.#account(attempt)
    const record = await this.#order(attempt, account)
    const { order, afterMs } = await this.#look(attempt, account, record)
    switch (order.status) {
      case 'pending': return this.#prove(attempt, account, record, order, afterMs)
      case 'ready': {
        const finalized = await attempt.client.finalize(account, order.finalize, signingRequest(names, record.key))
        if (finalized.value.status !== 'valid') return this.#waits(attempt, record, 'the certificate is being issued', finalized.retryAfterMs)
        return this.#store(attempt, account, record, finalized.value)
      }
      case 'processing': return this.#waits(attempt, record, 'the certificate is being issued', afterMs)
      case 'valid': return this.#store(attempt, account, record, order)
      case 'invalid': {
        await this.#forget(domainId)
        throw await whyInvalid(attempt, account, order)
      }
    }
  }

  /** The last to end of those that have these names; one that we have from another authority is to be replaced. */
  async #present({ domainId, names, provider }: WantedCertificate): Promise<Present | undefined> {
    const [shelf, found] = await this.#deps.store.read(async tx => [await readShelf(tx, domainId), await certificatesFor(tx, names)] as const)
    const others = shelf === null || shelf.providerId === provider.id ? found : found.filter(({ id }) => id !== shelf.certificateId)
    return others.map(lifeOf).toSorted((one, other) => other.life.notAfter - one.life.notAfter)[0]
  }

  /** `nextAt` is before `dueAt` where the authority may change its mind. */
  async #due({ client, wanted, now }: Attempt, { life, certificate }: Present): Promise<{ readonly dueAt: number; readonly nextAt: number }> {
    const dueAt = duePoint(life, wanted.provider.renewBefore)
    const id = certificate === null ? null : certificateId(certificate)
    try {
      const window = id === null ? null : await client.renewalWindow(id)
      if (id === null || window === null) return { dueAt, nextAt: dueAt }
      const chosen = dueInWindow(window.value, id, life)
      return { dueAt: chosen, nextAt: Math.min(chosen, nextLook(now, window.retryAfterMs)) }
    } catch (error) {
      // It does not say, or cannot be asked just now: until then our own rule counts.
      if (!(error instanceof RotaError)) throw error
      return { dueAt, nextAt: Math.min(dueAt, nextLook(now, null)) }
    }
  }

  /** The URL of our account, which is registered when it is first needed, and told whom it may write to. */
  async #account({ client, wanted: { provider } }: Attempt): Promise<string> {
    const { store } = this.#deps
    const known = await store.read(tx => readAccount(tx, provider.id))
    const { contact, binding } = provider
    if (known !== null && known.contact.join() === contact.join()) return known.url
    const url = known?.url ?? await client.register([...contact], binding)
    if (known !== null) await client.changeContact(url, [...contact])
    await store.transact(tx => writeAccount(tx, provider.id, { url, contact }))
    return url
  }

  /** The open order for these names, or a new one. Its key is kept before it is asked for, so that no answer is in vain. */
  async #order({ client, wanted: { domainId, names, provider }, now }: Attempt, account: string): Promise<OrderRecord & { readonly url: string }> {
    const { store } = this.#deps
    const [found, shelf] = await store.read(async tx => [await readOrder(tx, domainId), await readShelf(tx, domainId)] as const)
    const fits = found !== null && found.providerId === provider.id && found.names.join() === names.join()
    if (fits && found.url !== null) return { ...found, url: found.url }
    const old = shelf === null ? null : await store.read(tx => shelvedCertificate(tx, shelf.certificateId))
    const record = fits ? found : { providerId: provider.id, names, key: keyFor(provider, old), url: null, since: now }
    if (!fits) await store.transact(tx => writeOrder(tx, domainId, record))
    // Whoever wrote the record may have asked, and not have lived to see the answer.
    const lost = fits ? await client.openOrder(account, names) : null
    const url = lost ?? await this.#newOrder(client, account, names, shelf?.providerId === provider.id ? old : null)
    await store.transact(tx => writeOrder(tx, domainId, { ...record, url }))
    return { ...record, url }
  }

  async #newOrder(client: AcmeClient, account: string, names: readonly string[], old: ShelvedCertificate | null): Promise<string> {
    const { renewalInfo } = await client.directory()
    const certificate = old === null || renewalInfo === null ? null : lifeOf(old).certificate
    const replaces = certificate === null ? null : certificateId(certificate)
    try {
      return (await client.newOrder(account, names, replaces)).url
    } catch (error) {
      if (replaces === null || !(error instanceof RotaError) || error.details['type'] !== 'alreadyReplaced') throw error
      return (await client.newOrder(account, names, null)).url
    }
  }

  async #look({ client, wanted: { domainId } }: Attempt, account: string, { url }: OrderRecord & { readonly url: string }) {
    try {
      const { value, retryAfterMs } = await client.order(account, url)
      return { order: value, afterMs: retryAfterMs }
    } catch (error) {
      // What the authority does not know any more, or not as ours, is made anew.
      if (error instanceof RotaError && (error.code === 'acme/refused' || GONE.has(Number(error.details['status'])))) {
        await this.#forget(domainId)
        throw new RotaError('acme/failed', `the open order is gone: ${error.message}`, {}, error)
      }
      throw error
    }
  }

  async #prove(
    attempt: Attempt, account: string, record: OrderRecord, { authorizations }: AcmeOrder, afterMs: number | null,
  ): Promise<Renewal> {
    const { client, key, wanted } = attempt
    const open: string[] = []
    const spreading: string[] = []
    let wait = afterMs
    for (const url of authorizations) {
      const { value: authorization, retryAfterMs } = await client.authorization(account, url)
      const { name, isWildcard, status } = authorization
      // Of what was not ordered nothing is shown to anybody, and the order would want it each time.
      if (!wanted.names.includes(isWildcard ? `*.${name}` : name)) {
        await this.#forget(wanted.domainId)
        throw unusable(`an authorization for a name that was not ordered: ${name.slice(0, 200)}`)
      }
      if (status === 'valid') continue
      if (status !== 'pending') {
        await this.#forget(wanted.domainId)
        throw notProven(authorization)
      }
      open.push(name)
      wait = Math.max(wait ?? 0, retryAfterMs ?? 0)
      const challenge = challengeOf(authorization, wanted.provider.challengeType)
      if (challenge.status !== 'pending') continue
      const spreads = await this.#give(attempt, { domainId: wanted.domainId, name, challenge, keyAuthorization: `${challenge.token}.${key.thumbprint}` })
      if (spreads === null) {
        await letLook(client, account, challenge.url)
      } else {
        spreading.push(spreads.why)
        wait = Math.max(wait ?? 0, spreads.afterMs)
      }
    }
    if (spreading[0] !== undefined) return this.#spreads(attempt, record, spreading[0], wait)
    const looks = open.length === 0 ? 'the order becomes ready' : `the authority looks whether ${open.join(', ')} is served here`
    return this.#waits(attempt, record, looks, wait)
  }

  /** Who gives the proof says when it has taken too long to come there; the hour of the authority begins when it has. */
  async #spreads(attempt: Attempt, record: OrderRecord, why: string, afterMs: number | null): Promise<Renewal> {
    const anew = { ...record, since: attempt.now }
    await this.#deps.store.transact(tx => writeOrder(tx, attempt.wanted.domainId, anew))
    return this.#waits(attempt, anew, why, afterMs)
  }

  /** Null: the authority may look now. */
  async #give({ wanted: { domainId }, signal }: Attempt, proof: Proof): Promise<{ readonly why: string; readonly afterMs: number } | null> {
    const given = await this.#deps.proofs.give(proof, signal)
    switch (given.kind) {
      case 'given': return null
      case 'spreads': return given
      case 'failed': {
        await this.#forget(domainId)
        throw new RotaError(given.permanent ? 'acme/refused' : 'acme/failed', given.why)
      }
    }
  }

  async #waits({ now, wanted: { domainId } }: Attempt, { since }: OrderRecord, why: string, afterMs: number | null): Promise<Renewal> {
    const ageMs = now - since
    if (ageMs > ORDER_MS_MAX) {
      await this.#forget(domainId)
      throw new RotaError('acme/failed', `nothing has come of an order within an hour; it waited because ${why}`)
    }
    return { kind: 'waits', forMs: Math.min(Math.max(ageMs / 4, afterMs ?? 0, WAIT_MS_MIN), WAIT_MS_MAX), why }
  }

  async #store(attempt: Attempt, account: string, record: OrderRecord, { certificate: url }: AcmeOrder): Promise<Renewal> {
    const { client, wanted: { domainId, names, provider, publishesKeys }, now } = attempt
    if (url === null) throw new RotaError('acme/unusable-answer', 'the authority has issued a certificate and does not say where it is')
    const { pair, facts } = judgeChain(await downloadChain(client, account, url, provider.preferredChain), record.key, names, now)
    const { ids, store } = this.#deps
    await store.transact(async tx => {
      const shelf = await readShelf(tx, domainId)
      const about = { newId: () => ids.next(), now }
      const certificateId = await shelveCertificate(tx, { ...pair, facts }, shelf?.certificateId ?? null, about)
      await writeShelf(tx, domainId, { certificateId, providerId: provider.id })
      await removeOrder(tx, domainId)
    })
    const life = { notBefore: facts.notValidBefore, notAfter: facts.notValidAfter }
    const { nextAt } = await this.#due(attempt, { life, certificate: new X509Certificate(pair.cert) })
    return { kind: 'stored', nextAt: Math.max(nextAt, now + AFTER_STORED_MS_MIN), names, publishesKeys }
  }

  #forget(domainId: Id): Promise<void> {
    return this.#deps.store.transact(tx => removeOrder(tx, domainId))
  }
}

/** Authorities show a challenge as pending until they have looked, and then take no second word for it: the next look says what they saw. */
async function letLook(client: AcmeClient, account: string, challenge: string): Promise<void> {
  try {
    await client.answer(account, challenge)
  } catch (error) {
    if (!(error instanceof RotaError) || error.details['type'] !== 'malformed') throw error
  }
}

/** The order alone says it only sometimes. */
async function whyInvalid({ client, wanted }: Attempt, account: string, order: AcmeOrder): Promise<RotaError> {
  for (const url of order.authorizations) {
    const { value } = await client.authorization(account, url)
    if (value.status !== 'valid' && value.status !== 'pending') return notProven(value)
  }
  const { type = '', text = 'it does not say why' } = order.problem ?? {}
  const said = `the authority has given up the order for ${wanted.names.join(', ')}: ${text}`
  return new RotaError(type === 'badCSR' || type === 'rejectedIdentifier' ? 'acme/refused' : 'acme/failed', said, { afterMs: AFTER_FAILED_PROOF_MS })
}

function notProven({ name, status, challenges }: AcmeAuthorization): RotaError {
  const text = challenges.find(({ problem }) => problem !== null)?.problem?.text ?? `its authorization is ${status}`
  return new RotaError('acme/failed', `the authority could not see that ${name} is served here: ${text}`, { afterMs: AFTER_FAILED_PROOF_MS })
}

/** 4xx that say that it is not there, or not ours. */
const GONE: ReadonlySet<number> = new Set([400, 401, 403, 404, 410])

/** `certificate` null: it is read on each node from a file or variable, and what it says of itself is all that is known. */
interface Present { readonly life: Life; readonly certificate: X509Certificate | null }

function lifeOf({ body }: ShelvedCertificate): Present {
  const life = { notBefore: Date.parse(String(body['notValidBefore'])), notAfter: Date.parse(String(body['notValidAfter'])) }
  const pem = embeddedText(body, 'certificate', 'value')
  return { life, certificate: pem === null ? null : new X509Certificate(pem) }
}

/** The key of the present certificate where it is to be kept and is of the kind that is made here. */
function keyFor({ reuseKey }: AcmeProvider, old: ShelvedCertificate | null): string {
  const pem = reuseKey && old !== null ? embeddedText(old.body, 'privateKey', 'secret') : null
  const { asymmetricKeyDetails } = pem === null ? {} : createPrivateKey(pem)
  return pem !== null && asymmetricKeyDetails?.namedCurve === 'prime256v1' ? pem : newKey()
}

function refuseWildcards({ names, provider: { challengeType } }: WantedCertificate): void {
  const star = names.find(name => name.startsWith('*.'))
  if (star === undefined || challengeType === 'Dns01') return
  throw new RotaError('acme/refused', `${star} cannot be proven by ${challengeType}; choose Dns01 for the AcmeProvider, or name its hosts one by one`)
}
