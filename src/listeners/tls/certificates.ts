/**
 * Which certificate a TLS handshake gets: among all Certificate objects of the store the one whose names fit the host
 * that the client asks for, else the self-made one. They are the same on every node; what a node reads from its own files
 * and variables may not be.
 *
 * | the client asks for                        | it gets                                                        |
 * |--------------------------------------------|----------------------------------------------------------------|
 * | a host that certificates name              | of those by the very name, then of those by a wildcard in place |
 * |                                            | of its first label, the first that is valid now; the one that   |
 * |                                            | ends last comes first. None is valid: the first                |
 * | a host that no certificate names           | the self-made one                                              |
 * | no host (many mail servers)                | as if it had asked for the node's host name                    |
 *
 * | failure                                    | what happens                                                   |
 * |--------------------------------------------|----------------------------------------------------------------|
 * | a certificate cannot be read or judged     | an error line, once; health says it; the others are served     |
 * | it could be, and its file cannot any more  | the one that was read is served on, and the same is said       |
 * | a file changes                             | it is read again within a minute                               |
 *
 * A change counts for the next handshake. Connections keep what they have shaken hands with.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../../base/clock.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Log } from '../../base/log.ts'
import type { Service } from '../../base/service.ts'
import { errorText } from '../../errors.ts'
import type { CertificateFacts } from '../../registry/objects/certificate.ts'
import type { ChallengeAnswers } from '../../services/acme/challenge-answers.ts'
import { judgePair } from '../../services/certificates/certificate-pair.ts'
import type { CertificateReader, CertificateTexts } from '../../services/certificates/certificate-reader.ts'
import type { CertificateSource } from './certificate.ts'
import { challengeCertificate } from './self-made.ts'
import type { KeyPair } from './settings.ts'

/** How soon a changed file, or an end of validity, is seen. */
export const LOOK_MS = 60_000

/** A Certificate object as it is stored. */
export interface CertificateObject { readonly id: Id; readonly value: JsonObject }

export interface CertificatesOptions {
  /** Of the node, for clients that ask for none. */
  readonly hostname: string
  readonly selfMade: CertificateSource
  readonly challenges: Pick<ChallengeAnswers, 'overTls'>
  readonly reader: Pick<CertificateReader, 'read'>
  readonly clock: Clock
  readonly log: Log
}

/** A certificate that this node can serve. */
interface Loaded {
  readonly texts: CertificateTexts
  readonly pair: KeyPair
  readonly facts: CertificateFacts
}

/** For health. */
export interface CertificatesReport {
  readonly loaded: number
  /** One sentence for each that cannot be read as it is now. */
  readonly problems: readonly string[]
  /** The same by the id of the certificate. */
  readonly unreadable: Readonly<Record<Id, string>>
  /** Those in use for at least one name, by when they end. */
  readonly inUse: readonly { readonly name: string; readonly notValidAfter: number }[]
}

export class Certificates implements Service, CertificateSource {
  readonly #options: CertificatesOptions
  readonly #watchers = new Set<() => void>()
  #objects: readonly CertificateObject[] = []
  #loaded: ReadonlyMap<Id, Loaded> = new Map()
  #byName: ReadonlyMap<string, readonly Loaded[]> = new Map()
  #problems: ReadonlyMap<Id, string> = new Map()
  #current: KeyPair | null = null
  #working: Promise<void> = Promise.resolve()
  #cancel: () => void = () => {}
  #stopped = false

  constructor(options: CertificatesOptions) {
    this.#options = options
    options.selfMade.onRenewed(() => { this.#renew() })
  }

  start(): Promise<void> {
    this.#schedule()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel()
    await this.#working
  }

  /** Makes these the certificates of the node; resolves when the next handshake gets them. */
  apply(objects: readonly CertificateObject[]): Promise<void> {
    const applied = this.#working.then(() => {
      this.#objects = objects
      return this.#load()
    })
    // Who has called hears of a failure; the next one begins anew.
    this.#working = applied.catch(() => {})
    return applied
  }

  current(): KeyPair {
    return this.named(this.#options.hostname)
  }

  named(host: string): KeyPair {
    return this.#chosen(host)?.pair ?? this.#options.selfMade.current()
  }

  async challenge(host: string): Promise<KeyPair | null> {
    const { challenges, clock } = this.#options
    const answer = await challenges.overTls(host)
    return answer === null ? null : challengeCertificate(host, answer, clock.now())
  }

  onRenewed(renewed: () => void): () => void {
    this.#watchers.add(renewed)
    return () => { this.#watchers.delete(renewed) }
  }

  report(): CertificatesReport {
    const inUse = [...this.#byName].flatMap(([name]) => {
      const chosen = this.#chosen(name)
      return chosen === undefined ? [] : [{ name, notValidAfter: chosen.facts.notValidAfter }]
    })
    return { loaded: this.#loaded.size, problems: [...this.#problems].map(sentence), unreadable: Object.fromEntries(this.#problems), inUse }
  }

  #chosen(host: string): Loaded | undefined {
    const name = host.toLowerCase().replace(/\.$/, '')
    const fitting = [name, name.replace(/^[^.]+/, '*')].flatMap(each => this.#byName.get(each) ?? [])
    const now = this.#options.clock.now()
    return fitting.find(({ facts }) => facts.notValidBefore <= now && now < facts.notValidAfter) ?? fitting[0]
  }

  async #load(): Promise<void> {
    const loaded = new Map<Id, Loaded>()
    const problems = new Map<Id, string>()
    for (const { id, value } of this.#objects) {
      const before = this.#loaded.get(id)
      const read = await this.#read(value, before)
      const serve = typeof read === 'string' ? before : read
      if (serve !== undefined) loaded.set(id, serve)
      if (typeof read === 'string') problems.set(id, read)
    }
    this.#report(problems)
    const changed = loaded.size !== this.#loaded.size || [...loaded].some(([id, each]) => this.#loaded.get(id) !== each)
    this.#problems = problems
    if (!changed) return
    this.#loaded = loaded
    this.#byName = byName([...loaded.values()])
    this.#renew()
  }

  /** The same value as before when nothing has changed, or what is wrong. */
  async #read(value: JsonObject, before: Loaded | undefined): Promise<Loaded | string> {
    const texts = await this.#options.reader.read(value)
    if (texts.kind === 'problem') return `${texts.property} ${texts.text}`
    if (before !== undefined && isDeepStrictEqual(before.texts, texts)) return before
    const judged = judgePair(texts.certificate, texts.privateKey)
    return judged.kind === 'problem' ? `${judged.property} ${judged.text}` : { texts, pair: judged.pair, facts: judged.facts }
  }

  #report(problems: ReadonlyMap<Id, string>): void {
    const { log } = this.#options
    for (const problem of problems) {
      const [id, text] = problem
      if (this.#problems.get(id) !== text) log.error({ error: sentence(problem) }, 'a certificate cannot be loaded')
    }
    for (const id of this.#problems.keys()) if (!problems.has(id)) log.info({ id }, 'a certificate is all right again, or gone')
  }

  #renew(): void {
    this.#current = this.current()
    for (const renewed of this.#watchers) renewed()
  }

  #schedule(): void {
    if (this.#stopped) return
    this.#cancel = this.#options.clock.after(LOOK_MS, () => {
      this.#working = this.#working.then(() => this.#look()).then(() => { this.#schedule() })
    })
  }

  /** Files may have changed, and time may have chosen another for clients that ask for no host. */
  async #look(): Promise<void> {
    try {
      await this.#load()
      if (this.#current !== null && this.#current !== this.current()) this.#renew()
    } catch (error) {
      this.#options.log.error({ error: errorText(error) }, 'certificates could not be looked at')
    }
  }
}

function sentence([id, text]: readonly [Id, string]): string {
  return `certificate ${id}: ${text}`
}

/** Those that end last come first. */
function byName(loaded: readonly Loaded[]): ReadonlyMap<string, readonly Loaded[]> {
  const sorted = loaded.toSorted((one, other) => other.facts.notValidAfter - one.facts.notValidAfter)
  const names = new Map<string, Loaded[]>()
  for (const each of sorted) {
    for (const name of each.facts.subjectAlternativeNames) names.set(name, [...names.get(name) ?? [], each])
  }
  return names
}
