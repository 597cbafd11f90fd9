/**
 * Proofs by DNS (RFC 8555 §8.4): a TXT record at `_acme-challenge.` and the name, in the zone of a domain whose records are
 * published from here. Such a record does not go by itself, so it is written down before the zone is changed.
 *
 * | what happens | the record |
 * |---|---|
 * | killed before the zone was changed, or after | the next run finds it written down, and there or not; either way it goes on |
 * | it has not come to every name server of the zone | the authority is not told to look; after the time-out of the DnsServer the proof has failed |
 * | the order ended, with a certificate or without | it is taken away; what others have at that name stays |
 * | it cannot be taken away | it stays written down for eight days, and each run of the renewal tries it again, which comes within six hours |
 * | the DnsServer was destroyed | nobody can take it away; it is forgotten |
 */
import { createHash } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import type { Id } from '../../base/ids.ts'
import type { RegistryTx } from '../../registry/ports.ts'
import type { Variables } from '../certificates/pem-source.ts'
import { changeRrset } from '../dns/change-rrset.ts'
import type { RrsetWish } from '../dns/change-rrset.ts'
import { isWithin } from '../dns/name.ts'
import { sameRecord, txt } from '../dns/record.ts'
import { accessTo, zoneOf } from '../domain-dns/zone-access.ts'
import type { ZoneAccess } from '../domain-dns/zone-access.ts'
import type { ChallengeStore } from './challenge-answers.ts'
import { readProofs, writeProofs } from './records.ts'
import type { ProofRecord } from './records.ts'

/** What has become of an answer that was to be put where the authority looks. */
export type Given =
  | { readonly kind: 'given' }
  /** It is on its way to where the authority looks. */
  | { readonly kind: 'spreads'; readonly why: string; readonly afterMs: number }
  /** `permanent`: until somebody changes a setting. */
  | { readonly kind: 'failed'; readonly permanent: boolean; readonly why: string }

export interface DnsProofsDependencies<Tx extends RegistryTx> {
  readonly store: ChallengeStore<Tx>
  readonly clock: Clock
  /** Of this process, in which keys of DNS servers may lie. */
  readonly variables: Variables
  /** How a zone is reached; left out: by its DnsServer. */
  readonly access?: typeof accessTo
}

export class DnsProofs<Tx extends RegistryTx = RegistryTx> {
  readonly #deps: DnsProofsDependencies<Tx>

  constructor(deps: DnsProofsDependencies<Tx>) {
    this.#deps = deps
  }

  /** Puts it into the zone and looks whether it has come everywhere, once; rejects for the store, and for the abort of `signal`. */
  async give(domainId: Id, name: string, keyAuthorization: string, signal: AbortSignal): Promise<Given> {
    const { store, clock, variables, access: reach = accessTo } = this.#deps
    const found = await store.read(tx => zoneOf(tx, domainId))
    if (found.kind !== 'managed') return failed(true, `${name} cannot be proven by DNS: ${found.kind === 'gone' ? 'the domain is gone' : found.why}`)
    const { zone, dnsServerId } = found
    const owner = `_acme-challenge.${name}`
    if (!isWithin(owner, zone)) {
      return failed(true, `${name} cannot be proven by DNS: it is not in ${zone}, whose records are published from here; leave it out of the names of the certificate`)
    }
    const access = await reach(zone, found.server, clock, variables)
    if (typeof access === 'string') return failed(false, access)
    const value = createHash('sha256').update(keyAuthorization).digest('base64url')
    const since = await this.#writeDown(domainId, { dnsServerId, zone, owner, value })
    const end = await changeRrset(access.updater, wish(access, { owner, value }, true), signal)
    if (typeof end !== 'string') return failed(end.permanent, `${owner}: ${end.text}`)
    return this.#spread(access, { owner, value, since }, signal)
  }

  /** Null, or why some of them are still there. */
  async takeBack(domainId: Id, signal: AbortSignal): Promise<string | null> {
    const { store } = this.#deps
    const all = await store.read(tx => readProofs(tx, domainId))
    if (all.length === 0) return null
    const left: ProofRecord[] = []
    let why: string | null = null
    for (const proof of all) {
      // What keeps one there keeps the others.
      if (why === null) why = await this.#remove(proof, signal)
      if (why !== null) left.push(proof)
    }
    await store.transact(tx => writeProofs(tx, domainId, left))
    return why
  }

  /** In ms since 1970, when it was written down first. */
  async #writeDown(domainId: Id, proof: Omit<ProofRecord, 'since'>): Promise<number> {
    const { store } = this.#deps
    const now = await store.now()
    return store.transact(async tx => {
      const all = await readProofs(tx, domainId)
      const former = all.find(({ owner, value, zone, dnsServerId }) =>
        owner === proof.owner && value === proof.value && zone === proof.zone && dnsServerId === proof.dnsServerId)
      if (former === undefined) await writeProofs(tx, domainId, [...all, { ...proof, since: now }])
      return former?.since ?? now
    })
  }

  async #spread(access: ZoneAccess, { owner, value, since }: Pick<ProofRecord, 'owner' | 'value' | 'since'>, signal: AbortSignal): Promise<Given> {
    const ageMs = await this.#deps.store.now() - since
    const { zone, propagationDelayMs, propagationTimeoutMs, pollingMs } = access
    if (propagationDelayMs !== null) {
      const leftMs = propagationDelayMs - ageMs
      return leftMs <= 0 ? { kind: 'given' } : { kind: 'spreads', why: `${owner} is on its way to the name servers of ${zone}`, afterMs: leftMs }
    }
    const spread = await access.spread(owner, txt(value), signal)
    if (spread.kind === 'everywhere') return { kind: 'given' }
    const why = `${owner} has not come to ${spread.kind === 'missing' ? spread.at.join(', ') : `the name servers of ${zone} (${spread.why})`}`
    return ageMs < propagationTimeoutMs ? { kind: 'spreads', why, afterMs: pollingMs } : failed(false, why)
  }

  async #remove(proof: ProofRecord, signal: AbortSignal): Promise<string | null> {
    const { store, clock, variables, access: reach = accessTo } = this.#deps
    const [server] = await store.read(({ objects }) => objects.get('DnsServer', [proof.dnsServerId]))
    if (server === undefined) return null
    const access = await reach(proof.zone, server.body, clock, variables)
    if (typeof access === 'string') return access
    const end = await changeRrset(access.updater, wish(access, proof, false), signal)
    return typeof end === 'string' ? null : `${proof.owner} is still there: ${end.text}`
  }
}

/** There, or not there, beside what others have at the same name: two orders may prove one name, and a wildcard has the same. */
function wish({ ttlS }: ZoneAccess, { owner, value }: Pick<ProofRecord, 'owner' | 'value'>, there: boolean): RrsetWish {
  const record = txt(value)
  return {
    owner, type: 'TXT', ttlS,
    merge: present => [...present.filter(each => !sameRecord(each, record)), ...there ? [record] : []],
  }
}

function failed(permanent: boolean, why: string): Given {
  return { kind: 'failed', permanent, why }
}
