/**
 * The families of keys in the KeyValueTable, all of them. Whoever writes a key takes its beginning and its expiry from
 * here, so no two families can meet, and who removes one removes nothing of another (services/upkeep/key-removal.ts).
 */

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** The types of StoreMaintenance that remove families of keys. */
export type KeyRemovalType =
  | 'resetRateLimiters' | 'resetBlobQuotas' | 'removeAuthTokens' | 'removeLockQueueMessage' | 'removeLockDav' | 'removeSieveId'
  | 'removeGreylist'

export interface KeyFamily {
  /** Every key of the family begins with it, and no other key does. At most 150 characters with what a search goes on with. */
  readonly prefix: string
  /** What a key says. */
  readonly doc: string
  /** The folder or file of `src` that writes them; null: what will is not built yet. */
  readonly writer: string | null
  /** A key is gone so long after it was written, or earlier; null: it stays until somebody removes it. */
  readonly keptMs: number | null
  /** What removes the whole family; null: nothing does. */
  readonly removedBy: KeyRemovalType | null
}

export const KEYS = {
  loginFailure: {
    prefix: 'login-failure/', doc: 'a wrong guess at a password or key, by source and by name', writer: 'services/auth/failures.ts',
    keptMs: 15 * MINUTE_MS, removedBy: 'resetRateLimiters',
  },
  /** No limiter: it spares the owners of accounts from the guesses of others, and forgetting it would lock them out. */
  loginKnown: {
    prefix: 'login-known/', doc: 'from where an account has logged in', writer: 'services/auth/failures.ts',
    keptMs: 30 * DAY_MS, removedBy: null,
  },
  blobQuota: {
    prefix: 'blob-quota/', doc: 'what an account has uploaded lately', writer: 'services/upload/uploads.ts',
    keptMs: HOUR_MS, removedBy: 'resetBlobQuotas',
  },
  oauthCode: {
    prefix: 'oauth/code/', doc: 'what a code was asked for', writer: 'services/auth/oauth/grants.ts',
    keptMs: 2 * MINUTE_MS, removedBy: 'removeAuthTokens',
  },
  oauthRedeemed: {
    prefix: 'oauth/redeemed/', doc: 'a code was used, and which login that began', writer: 'services/auth/oauth/grants.ts',
    keptMs: 10 * MINUTE_MS, removedBy: 'removeAuthTokens',
  },
  oauthAccess: {
    prefix: 'oauth/access/', doc: 'which login an access token belongs to', writer: 'services/auth/oauth/grants.ts',
    keptMs: HOUR_MS, removedBy: 'removeAuthTokens',
  },
  oauthRefresh: {
    prefix: 'oauth/refresh/', doc: 'login and generation of a refresh token', writer: 'services/auth/oauth/grants.ts',
    keptMs: DAY_MS, removedBy: 'removeAuthTokens',
  },
  /** It outlives the last use that is still let through (oauth/rotation.ts). */
  oauthSpent: {
    prefix: 'oauth/spent/', doc: 'when a generation of refresh tokens was used', writer: 'services/auth/oauth/grants.ts',
    keptMs: DAY_MS + MINUTE_MS, removedBy: 'removeAuthTokens',
  },
  oauthUsed: {
    prefix: 'oauth/used/', doc: 'when a login was last given tokens', writer: 'services/auth/oauth/grants.ts',
    keptMs: DAY_MS, removedBy: 'removeAuthTokens',
  },
  /** A key that nobody has used for a year was forgotten, and so is when that was. */
  apiKeyUsed: {
    prefix: 'api-key/used/', doc: 'when an API key was last used', writer: 'services/auth/key-use.ts',
    keptMs: 365 * DAY_MS, removedBy: null,
  },
  /** RFC 8555 §8: an authority asks for it within minutes. */
  acmeToken: {
    prefix: 'acme-token/', doc: 'the answer to a challenge of a certificate authority', writer: 'services/acme/challenge-answers.ts',
    keptMs: HOUR_MS, removedBy: 'removeAuthTokens',
  },
  /** An order lives for days (RFC 8555 §7.1.3), and nothing is lost with one that is older. */
  acmeOrder: {
    prefix: 'acme-order/', doc: 'the open order of a domain, with the private key of its certificate', writer: 'services/acme/records.ts',
    keptMs: 7 * DAY_MS, removedBy: null,
  },
  /**
   * One that cannot be taken out of its zone for so long stays there: a value that proves nothing any more. Longer than the
   * longest wait for its spreading (DnsServer), which would begin again else.
   */
  acmeProof: {
    prefix: 'acme-proof/', doc: 'records of a domain that prove its names to a certificate authority, until they are taken away', writer: 'services/acme/records.ts',
    keptMs: 8 * DAY_MS, removedBy: null,
  },
  acmeAccount: {
    prefix: 'acme-account/', doc: 'where an authority keeps the account of an AcmeProvider', writer: 'registry/objects/acme-provider.ts',
    keptMs: null, removedBy: null,
  },
  acmeCertificate: {
    prefix: 'acme-certificate/', doc: 'which Certificate the renewals of a domain replace', writer: 'services/acme/records.ts',
    keptMs: null, removedBy: null,
  },
  queueMessageLock: {
    prefix: 'lock/queue-message/', doc: 'who is sending a queued message', writer: null,
    keptMs: 10 * MINUTE_MS, removedBy: 'removeLockQueueMessage',
  },
  /** RFC 4918 §6.6: clients refresh their locks. */
  davLock: {
    prefix: 'lock/dav/', doc: 'a WebDAV lock on a resource', writer: null,
    keptMs: HOUR_MS, removedBy: 'removeLockDav',
  },
  /** RFC 5230 §4.1: an interval of up to 30 days between two answers to one sender. */
  sieveVacation: {
    prefix: 'sieve/vacation/', doc: 'whom a vacation script has answered', writer: null,
    keptMs: 30 * DAY_MS, removedBy: 'removeSieveId',
  },
  /** RFC 7352 §3.2: seven days. */
  sieveDuplicate: {
    prefix: 'sieve/duplicate/', doc: 'which messages a script has seen', writer: null,
    keptMs: 7 * DAY_MS, removedBy: 'removeSieveId',
  },
  greylist: {
    prefix: 'greylist/', doc: 'which sender has tried to reach whom, and when first', writer: null,
    keptMs: 30 * DAY_MS, removedBy: 'removeGreylist',
  },
  accountArchive: {
    prefix: 'account-archive/', doc: 'a destroyed account that may still come back', writer: 'registry/objects/account-archive.ts',
    keptMs: null, removedBy: null,
  },
  archivedItem: {
    prefix: 'archived-item/', doc: 'when an archived item expires', writer: 'registry/objects/archived-item.ts',
    keptMs: null, removedBy: null,
  },
  certificate: {
    prefix: 'server/certificate/', doc: 'the self-made certificate of a host name', writer: 'server/certificate-store.ts',
    keptMs: null, removedBy: null,
  },
  /** As long as samples are held at most; who says the same a year later has meant it. */
  spamLesson: {
    prefix: 'spam-lesson/', doc: 'what of an account the spam filter has learnt', writer: 'services/spam/lessons.ts',
    keptMs: 365 * DAY_MS, removedBy: null,
  },
  spamRules: {
    prefix: 'server/spam-rules', doc: 'which version of the spam rules was fetched last', writer: 'services/spam/rules-update.ts',
    keptMs: null, removedBy: null,
  },
  bootstrap: {
    prefix: 'server/bootstrap', doc: 'the first objects were made', writer: 'server/bootstrap.ts',
    keptMs: null, removedBy: null,
  },
} as const satisfies Readonly<Record<string, KeyFamily>>

/** Prefixes of the families that a type of maintenance removes. */
export function prefixesRemovedBy(type: KeyRemovalType): string[] {
  const families: readonly KeyFamily[] = Object.values(KEYS)
  return families.filter(({ removedBy }) => removedBy === type).map(({ prefix }) => prefix)
}
