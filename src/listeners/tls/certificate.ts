/**
 * The certificate of a node that has none configured: made by itself, kept in the store so that clients that were told
 * to trust it still do after a restart, and made anew 30 days before it ends.
 *
 * | failure                                   | what happens                                                        |
 * |-------------------------------------------|---------------------------------------------------------------------|
 * | the stored one is unreadable, for another | a new one is made and replaces it                                   |
 * | host, or near its end                     |                                                                     |
 * | it cannot be saved                        | it is used from memory, said in the log, saved at the next check    |
 * | the store cannot be read at start         | `start` rejects: a node without its store has no listeners either   |
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Service } from '../../base/service.ts'
import { errorText } from '../../errors.ts'
import { selfMadeCertificate } from './self-made.ts'
import type { KeyPair } from './settings.ts'

export const RENEW_BEFORE_MS = 30 * 86_400_000
const CHECK_MS = 86_400_000

/** Where the certificate of this node is kept. The key in it is secret. */
export interface CertificateStore {
  load(): Promise<KeyPair | null>
  save(pair: KeyPair): Promise<void>
}

/** What listeners need of a certificate, whoever made it. */
export interface CertificateSource {
  /** For clients that ask for no host. */
  current(): KeyPair
  /** For clients that ask for this host (RFC 6066 §3). */
  named(host: string): KeyPair
  /** For a certificate authority that looks whether this host is served here (RFC 8737); null: none was told of it. */
  challenge(host: string): Promise<KeyPair | null>
  /** Calls `renewed` whenever `current` may have changed; the returned function ends that. */
  onRenewed(renewed: () => void): () => void
}

export interface SelfMadeOptions {
  readonly hostname: string
  readonly store: CertificateStore
  readonly clock: Clock
  readonly log: Log
}

export class SelfMadeCertificate implements Service, CertificateSource {
  readonly #options: SelfMadeOptions
  readonly #watchers = new Set<() => void>()
  #pair: KeyPair | null = null
  #saved = true
  #cancel: () => void = () => {}
  #checking: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(options: SelfMadeOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const stored = await this.#options.store.load()
    if (stored === null || !this.#usable(stored)) await this.#make()
    else this.#pair = stored
    this.#schedule()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel()
    await this.#checking
  }

  current(): KeyPair {
    if (this.#pair === null) throw new Error('the certificate is used before it was started')
    return this.#pair
  }

  named(): KeyPair {
    return this.current()
  }

  /** Nobody asks an authority for it. */
  challenge(): Promise<null> {
    return Promise.resolve(null)
  }

  onRenewed(renewed: () => void): () => void {
    this.#watchers.add(renewed)
    return () => { this.#watchers.delete(renewed) }
  }

  #schedule(): void {
    if (this.#stopped) return
    this.#cancel = this.#options.clock.after(CHECK_MS, () => {
      this.#checking = this.#check().then(() => { this.#schedule() })
    })
  }

  async #check(): Promise<void> {
    try {
      if (!this.#usable(this.current())) {
        await this.#make()
        for (const renewed of this.#watchers) renewed()
      } else if (!this.#saved) {
        await this.#save()
      }
    } catch (error) {
      this.#options.log.error({ error: errorText(error) }, 'the self-made certificate could not be renewed')
    }
  }

  async #make(): Promise<void> {
    const { hostname, clock, log } = this.#options
    this.#pair = await selfMadeCertificate(hostname, clock.now())
    log.info({ hostname, fingerprint: new X509Certificate(this.#pair.cert).fingerprint256 }, 'self-made certificate')
    await this.#save()
  }

  async #save(): Promise<void> {
    try {
      await this.#options.store.save(this.current())
      this.#saved = true
    } catch (error) {
      this.#saved = false
      this.#options.log.warn({ error: errorText(error) }, 'the self-made certificate could not be saved')
    }
  }

  #usable(pair: KeyPair): boolean {
    try {
      const certificate = new X509Certificate(pair.cert)
      const { clock, hostname } = this.#options
      return certificate.validToDate.getTime() - clock.now() > RENEW_BEFORE_MS
        && certificate.validFromDate.getTime() <= clock.now()
        && (certificate.checkHost(hostname) ?? certificate.checkIP(hostname)) !== undefined
        && certificate.checkPrivateKey(createPrivateKey(pair.key))
    } catch (error) {
      this.#options.log.warn({ error: errorText(error) }, 'the stored certificate is unreadable')
      return false
    }
  }
}
