/** Brings the records of a domain to where they should be, RRset by RRset. README.md beside this file. */
import type { Clock } from '../../base/clock.ts'
import type { DnsRecordType } from '../../base/dns-record-type.ts'
import type { Id } from '../../base/ids.ts'
import type { RegistryTx } from '../../registry/ports.ts'
import type { CertificateReader } from '../certificates/certificate-reader.ts'
import type { Variables } from '../certificates/pem-source.ts'
import { changeRrset } from '../dns/change-rrset.ts'
import type { DnsFailure, DnsFailureCause } from '../dns/dns-failure.ts'
import { factsOf, storedFacts } from './domain-facts.ts'
import { wantedRecords } from './wanted-records.ts'
import type { WantedSet } from './wanted-records.ts'
import { accessTo, zoneOf } from './zone-access.ts'

/** `left`: what could not be published, each with the reason. */
export type Publication =
  | { readonly kind: 'gone' }
  | { readonly kind: 'published'; readonly changed: number; readonly unchanged: number; readonly left: readonly string[] }
  /** Nothing but other settings helps. */
  | { readonly kind: 'impossible'; readonly why: string }
  | { readonly kind: 'failed'; readonly permanent: boolean; readonly why: string }

export interface DnsPublicationDeps<Tx> {
  readonly store: { read<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
  readonly clock: Clock
  readonly reader: Pick<CertificateReader, 'read'>
  readonly variables: Variables
}

const FAILURES_SHOWN_MAX = 10
/** Of the server as a whole: what it says to one RRset it says to all. */
const HOPELESS: ReadonlySet<DnsFailureCause> = new Set(['silent', 'unreachable', 'forged', 'badKey', 'badSig', 'badTime'])

export class DnsPublication<Tx extends RegistryTx = RegistryTx> {
  readonly #deps: DnsPublicationDeps<Tx>

  constructor(deps: DnsPublicationDeps<Tx>) {
    this.#deps = deps
  }

  /** `told` hears after each RRset how many of how many are done, and may throw to end it there. */
  async publish(
    domainId: Id, kinds: readonly DnsRecordType[], signal: AbortSignal, told: (done: number, total: number) => Promise<void>,
  ): Promise<Publication> {
    const { store, clock, reader, variables } = this.#deps
    const found = await store.read(async tx => {
      const zone = await zoneOf(tx, domainId)
      return zone.kind === 'managed' ? { ...zone, facts: await storedFacts(tx, domainId, zone.body, zone.zone) } : zone
    })
    if (found.kind === 'gone') return found
    if (found.kind === 'manual') return { kind: 'impossible', why: found.why }
    const access = await accessTo(found.zone, found.server, clock, variables)
    if (typeof access === 'string') return { kind: 'failed', permanent: false, why: access }
    const { sets, left } = wantedRecords(kinds, await factsOf(found.facts, reader))
    if (kinds.length > 0 && left.length === kinds.length) return { kind: 'impossible', why: `nothing can be published: ${left.join('; ')}` }
    let changed = 0
    const failures: { readonly set: WantedSet; readonly failure: DnsFailure }[] = []
    for (const [done, set] of sets.entries()) {
      const end = await changeRrset(access.updater, { ...set, ttlS: access.ttlS }, signal)
      if (end === 'changed') changed++
      else if (end !== 'unchanged') failures.push({ set, failure: end })
      if (typeof end !== 'string' && HOPELESS.has(end.cause)) break
      await told(done + 1, sets.length)
    }
    if (failures.length === 0) return { kind: 'published', changed, unchanged: sets.length - changed, left }
    return { kind: 'failed', permanent: failures.every(({ failure }) => failure.permanent), why: reasons(failures) }
  }
}

function reasons(failures: readonly { readonly set: WantedSet; readonly failure: DnsFailure }[]): string {
  const shown = failures.slice(0, FAILURES_SHOWN_MAX).map(({ set, failure }) => `${set.owner} ${set.type}: ${failure.text}`)
  return [...shown, ...failures.length > shown.length ? [`and ${failures.length - shown.length} more`] : []].join('; ')
}
