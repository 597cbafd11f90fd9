/**
 * A certificate authority, asked as one account (RFC 8555). Nothing is kept here but the directory and the last nonce:
 * whoever needs an order later keeps its URL. Errors are RotaErrors with the codes acme/*.
 */
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import type { Exchange, AcmeAnswer } from './exchange.ts'
import type { AccountKey } from './jose.ts'
import { accountBinding, signedRequest } from './jose.ts'
import { parsed, problemOf, refusalOf, retryAfterMs } from './problem.ts'
import { authorizationOf, directoryOf, orderOf, renewalWindowOf, unusable } from './resources.ts'
import type { AcmeAuthorization, AcmeDirectory, AcmeOrder } from './resources.ts'
import { RotaError } from '../../errors.ts'

/** An authority that accepts one nonce in ten still gets through. */
const NONCE_TRIES_MAX = 10
const ORDERS_LOOKED_AT_MAX = 20
const ORDER_PAGES_MAX = 5

export interface AcmeBinding { readonly keyId: string; readonly macKey: string }
export interface AcmeClientOptions {
  readonly exchange: Exchange
  readonly directory: string
  readonly key: AccountKey
  readonly now: () => number
  readonly signal: AbortSignal
}
/** `retryAfterMs`: how long the authority wants not to be asked again; null: it does not say. */
export interface Polled<T> { readonly value: T; readonly retryAfterMs: number | null }

export class AcmeClient {
  readonly #options: AcmeClientOptions
  #directory: AcmeDirectory | null = null
  #nonce: string | null = null

  constructor(options: AcmeClientOptions) {
    this.#options = options
  }

  async directory(): Promise<AcmeDirectory> {
    this.#directory ??= directoryOf(jsonOf(await this.#get(this.#options.directory, 'name its addresses')))
    return this.#directory
  }

  /** Registers the key, or finds the account that it has already; agrees to the terms. The URL of the account. */
  async register(contact: readonly string[], binding: AcmeBinding | null): Promise<string> {
    const { newAccount, bindsAccounts } = await this.directory()
    const { jwk } = this.#options.key
    if (bindsAccounts && binding === null) {
      throw new RotaError('acme/refused', 'the authority wants an account that is known to it: set eabKeyId and eabHmacKey, which it has given you')
    }
    const bound = binding === null ? {} : { externalAccountBinding: accountBinding(jwk, binding.keyId, binding.macKey, newAccount) }
    const answer = await this.#post(newAccount, { termsOfServiceAgreed: true, contact, ...bound }, { jwk }, 'register an account')
    return locationOf(answer)
  }

  async changeContact(account: string, contact: readonly string[]): Promise<void> {
    await this.#post(account, { contact }, { kid: account }, 'change the contact of the account')
  }

  /** `replaces`: the certificate that it is for (RFC 9773 §5), or null. The URL of the order. */
  async newOrder(account: string, names: readonly string[], replaces: string | null): Promise<{ readonly url: string; readonly order: AcmeOrder }> {
    const { newOrder } = await this.directory()
    const identifiers = names.map(value => ({ type: 'dns', value }))
    const answer = await this.#post(newOrder, { identifiers, ...(replaces === null ? {} : { replaces }) }, { kid: account }, 'take an order')
    return { url: locationOf(answer), order: orderOf(jsonOf(answer)) }
  }

  /** An order for these names that is still open, if the authority lists the orders of an account (§7.1.2.1); null: none. */
  async openOrder(account: string, names: readonly string[]): Promise<string | null> {
    const wanted = names.toSorted().join()
    const { orders } = jsonOf(await this.#fetch(account, account, 'show the account'))
    const urls = typeof orders === 'string' ? await this.#listed(account, orders) : []
    for (const url of urls.toReversed().slice(0, ORDERS_LOOKED_AT_MAX)) {
      const { value } = await this.order(account, url)
      if (value.status !== 'valid' && value.status !== 'invalid' && value.names.join() === wanted) return url
    }
    return null
  }

  async order(account: string, url: string): Promise<Polled<AcmeOrder>> {
    return this.#polled(await this.#fetch(account, url, 'show an order'), orderOf)
  }

  async authorization(account: string, url: string): Promise<Polled<AcmeAuthorization>> {
    return this.#polled(await this.#fetch(account, url, 'show an authorization'), authorizationOf)
  }

  /** Tells that the answer to a challenge can be looked at (§7.5.1). */
  async answer(account: string, url: string): Promise<void> {
    await this.#post(url, {}, { kid: account }, 'look at the answer to a challenge')
  }

  /** `request`: PKCS #10 in DER. */
  async finalize(account: string, url: string, request: Buffer): Promise<Polled<AcmeOrder>> {
    const answer = await this.#post(url, { csr: request.toString('base64url') }, { kid: account }, 'issue the certificate')
    return this.#polled(answer, orderOf)
  }

  /** PEM, the certificate of the server first; and where other chains of it are (§7.4.2). */
  async certificate(account: string, url: string): Promise<{ readonly chain: string; readonly alternates: readonly string[] }> {
    const answer = await this.#fetch(account, url, 'hand out the certificate')
    return { chain: answer.body.toString(), alternates: links(answer, 'alternate') }
  }

  /** When it should be renewed (RFC 9773 §4.1); null: the authority does not say. */
  async renewalWindow(certificateId: string): Promise<Polled<{ readonly start: number; readonly end: number }> | null> {
    const { renewalInfo } = await this.directory()
    if (renewalInfo === null) return null
    return this.#polled(await this.#get(`${renewalInfo}/${certificateId}`, 'say when to renew'), renewalWindowOf)
  }

  #polled<T>(answer: AcmeAnswer, read: (body: JsonObject) => T): Polled<T> {
    return { value: read(jsonOf(answer)), retryAfterMs: retryAfterMs(answer, this.#options.now()) }
  }

  async #listed(account: string, orders: string): Promise<string[]> {
    const urls: string[] = []
    let page: string | undefined = orders
    for (let pages = 0; page !== undefined && pages < ORDER_PAGES_MAX; pages++) {
      const answer: AcmeAnswer = await this.#fetch(account, page, 'list its orders')
      const list = jsonOf(answer)['orders']
      if (Array.isArray(list)) urls.push(...list.filter(url => typeof url === 'string'))
      page = links(answer, 'next')[0]
    }
    return urls
  }

  #fetch(account: string, url: string, what: string): Promise<AcmeAnswer> {
    return this.#post(url, null, { kid: account }, what)
  }

  async #get(url: string, what: string): Promise<AcmeAnswer> {
    const answer = await this.#options.exchange({ method: 'GET', url }, this.#options.signal)
    if (answer.status !== 200) throw refusalOf(answer, what, this.#options.now())
    return answer
  }

  async #post(url: string, payload: JsonObject | null, who: JsonObject, what: string): Promise<AcmeAnswer> {
    const { exchange, key, signal, now } = this.#options
    for (let tries = 1; ; tries++) {
      const nonce = await this.#takeNonce()
      const body = signedRequest(key, { ...who, nonce, url }, payload)
      const answer = await exchange({ method: 'POST', url, body }, signal)
      this.#nonce = answer.header('replay-nonce')
      if (answer.status >= 200 && answer.status < 300) return answer
      // What was refused for its nonce was not looked at further (§6.5).
      const isStale = problemOf(parsed(answer.body)).type === 'badNonce'
      if (!isStale || tries === NONCE_TRIES_MAX) throw refusalOf(answer, what, now())
    }
  }

  async #takeNonce(): Promise<string> {
    const kept = this.#nonce
    this.#nonce = null
    if (kept !== null) return kept
    const { newNonce } = await this.directory()
    const answer = await this.#options.exchange({ method: 'HEAD', url: newNonce }, this.#options.signal)
    return answer.header('replay-nonce') ?? noNonce()
  }
}

/** Targets of the Link headers with this relation (RFC 8288). */
function links(answer: AcmeAnswer, relation: string): string[] {
  const found = (answer.header('link') ?? '').matchAll(/<([^>]*)>\s*;\s*rel="?([a-z-]+)"?/g)
  return [...found].filter(([, , rel]) => rel === relation).map(([, target = '']) => target)
}

function noNonce(): never {
  throw unusable('no nonce')
}

function locationOf(answer: AcmeAnswer): string {
  const location = answer.header('location')
  if (location === null) throw unusable('no Location of what it has made')
  return location
}

function jsonOf({ body }: AcmeAnswer): JsonObject {
  const value = parsed(body)
  if (!isJsonObject(value)) throw unusable('something that is no JSON object')
  return value
}
