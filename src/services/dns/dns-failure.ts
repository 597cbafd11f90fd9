/** Everything that can go wrong with a DNS server, and whether the same may work later. What to do is said for each. */
export const DNS_FAILURES = {
  silent: { permanent: false, advice: 'did not answer in time; check its address, port and protocol, and that it can be reached from this node' },
  unreachable: { permanent: false, advice: 'cannot be reached; check its address, port and protocol' },
  forged: { permanent: false, advice: 'gave an answer that is not signed with the key, so it was not believed' },
  badKey: { permanent: true, advice: 'does not know the key; check keyName and tsigAlgorithm' },
  badSig: { permanent: true, advice: 'has another secret for the key; check key' },
  badTime: { permanent: false, advice: 'has another time than this node; set the clocks' },
  refused: { permanent: true, advice: 'refuses; let the key change these records (BIND: update-policy or allow-update); it may also want an address for the host of an MX record' },
  notAuthoritative: { permanent: true, advice: 'is not the server of that zone; check the origin of the domain' },
  notZone: { permanent: true, advice: 'says that the name lies in another zone; check the origin of the domain' },
  changed: { permanent: false, advice: 'had these records changed by somebody else at the same time' },
  serverFailure: { permanent: false, advice: 'has a failure of its own; look at its log' },
  malformed: { permanent: true, advice: 'and this one do not understand each other' },
  notImplemented: { permanent: true, advice: 'takes no dynamic updates (RFC 2136)' },
  badName: { permanent: true, advice: 'was not asked: no name in the DNS is so long, or is written so; take a shorter domain or selector' },
  tooLarge: { permanent: true, advice: 'cannot get so many records in one message' },
} as const
export type DnsFailureCause = keyof typeof DNS_FAILURES

/** `text` for people: which server, what, and what to do. */
export interface DnsFailure { readonly kind: 'failure'; readonly cause: DnsFailureCause; readonly permanent: boolean; readonly text: string }

/** `server`: its address; `detail`: what more is known of it. */
export function dnsFailure(cause: DnsFailureCause, server: string, detail?: string): DnsFailure {
  const { permanent, advice } = DNS_FAILURES[cause]
  return { kind: 'failure', cause, permanent, text: `the DNS server ${server} ${advice}${detail === undefined ? '' : ` (${detail})`}` }
}
