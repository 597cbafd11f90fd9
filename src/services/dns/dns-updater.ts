/**
 * What others need of a server that publishes records. One zone; owners are whole names. Nothing throws but an abort: what goes
 * wrong is a DnsFailure, which says whether a repeat may help.
 *
 * A change names what it takes the place of, as `read` told it. When that is no longer there nothing is changed, and the failure
 * is `changed`: read again. So entries of others are never lost, whoever writes at the same time.
 */
import type { DnsFailure } from './dns-failure.ts'
import type { DnsRecord, RecordType } from './record.ts'

/** All records of one name and type; none: `records` is empty, and `ttlS` 0. */
export interface Rrset { readonly kind: 'rrset'; readonly ttlS: number; readonly records: readonly DnsRecord[] }
export interface Written { readonly kind: 'written' }

export interface DnsUpdater {
  /** What the server of the zone has at this moment. */
  read(owner: string, type: RecordType, signal: AbortSignal): Promise<Rrset | DnsFailure>
  /** Puts these records in the place of `before`. */
  replace(owner: string, type: RecordType, change: { readonly ttlS: number; readonly records: readonly DnsRecord[]; readonly before: readonly DnsRecord[] }, signal: AbortSignal): Promise<Written | DnsFailure>
  /** Takes away exactly `before`. */
  remove(owner: string, type: RecordType, before: readonly DnsRecord[], signal: AbortSignal): Promise<Written | DnsFailure>
}
