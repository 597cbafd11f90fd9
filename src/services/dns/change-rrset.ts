/** Changes one RRset to what somebody wants of it, whatever others do to it at the same time. */
import type { DnsFailure } from './dns-failure.ts'
import type { DnsUpdater } from './dns-updater.ts'
import { sameRecords } from './record.ts'
import type { DnsRecord, RecordType } from './record.ts'

/** Somebody who writes the same RRset again and again is let go first, and later. */
const ROUNDS_MAX = 4

export interface RrsetWish {
  readonly owner: string
  readonly type: RecordType
  readonly ttlS: number
  /** What shall be there, given what is. */
  readonly merge: (present: readonly DnsRecord[]) => readonly DnsRecord[]
}

/** `unchanged`: it was like that already, and nothing was sent. */
export async function changeRrset(updater: DnsUpdater, { owner, type, ttlS, merge }: RrsetWish, signal: AbortSignal): Promise<'changed' | 'unchanged' | DnsFailure> {
  let former: readonly DnsRecord[] | null = null
  for (let round = 1; ; round++) {
    const read = await updater.read(owner, type, signal)
    if (read.kind === 'failure') return read
    const wanted = merge(read.records)
    if (sameRecords(wanted, read.records)) return 'unchanged'
    // What is still there after a refusal stands at no name of its own: it comes from a wildcard (RFC 4592), which stays.
    const isWildcard = former !== null && sameRecords(former, read.records)
    const change = isWildcard ? { ttlS, records: merge([]), before: [] } : { ttlS, records: wanted, before: read.records }
    const end = await updater.replace(owner, type, change, signal)
    if (end.kind === 'written') return 'changed'
    if (end.cause !== 'changed' || round === ROUNDS_MAX) return end
    former = read.records
  }
}
