/**
 * What authorities find when they look whether a name is served here. The answers are in the store, so every node gives
 * them, whichever of them talks to the authority; and they go by themselves, an hour after the last order that needs them.
 */
import { createHash } from 'node:crypto'
import { KEYS } from '../../registry/key-families.ts'
import type { RegistryTx } from '../../registry/ports.ts'

/** base64url; authorities use 22 to 43 characters (RFC 8555 §8.3). */
export const CHALLENGE_TOKEN = /^[\w-]{16,128}$/
const NAME = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/
/** No token holds a slash. */
const BY_NAME = 'name/'

export interface ChallengeStore<Tx extends Pick<RegistryTx, 'keys'>> {
  transact<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** In ms since 1970, the same for all nodes. */
  now(): Promise<number>
}

export class ChallengeAnswers<Tx extends Pick<RegistryTx, 'keys'> = RegistryTx> {
  readonly #store: ChallengeStore<Tx>

  constructor(store: ChallengeStore<Tx>) {
    this.#store = store
  }

  /** For http-01, by the token, and for tls-alpn-01, by the name. Committed when it resolves: the authority may look now. */
  async offer(name: string, token: string, keyAuthorization: string): Promise<void> {
    const { prefix, keptMs } = KEYS.acmeToken
    const until = await this.#store.now() + keptMs
    await this.#store.transact(async ({ keys }) => {
      await keys.put(prefix + token, { keyAuthorization }, until)
      await keys.put(prefix + BY_NAME + name, { keyAuthorization }, until)
    })
  }

  /** The body of the answer over HTTP (RFC 8555 §8.3); null: nobody has asked for that token. */
  overHttp(token: string): Promise<string | null> {
    return CHALLENGE_TOKEN.test(token) ? this.#find(token) : Promise.resolve(null)
  }

  /** What the certificate of the answer over TLS holds (RFC 8737 §3), 32 bytes; null: nobody has asked for that name. */
  async overTls(host: string): Promise<Buffer | null> {
    const name = host.toLowerCase()
    const found = NAME.test(name) ? await this.#find(BY_NAME + name) : null
    return found === null ? null : createHash('sha256').update(found).digest()
  }

  async #find(key: string): Promise<string | null> {
    const found = await this.#store.read(({ keys }) => keys.get(KEYS.acmeToken.prefix + key))
    const { keyAuthorization } = found ?? {}
    return typeof keyAuthorization === 'string' ? keyAuthorization : null
  }
}
