/**
 * The one table of errors that people can meet, with what each means and what to do. `docs/reference/errors.md` is made
 * from it. Low layers throw RotaError; each edge (JMAP, SMTP, CLI, start) maps it once.
 */
export const ERRORS = {
  'store/unavailable': 'The store cannot be reached or did not answer in time. Check DATABASE_URL and the server; Rota keeps trying.',
  'store/full': 'The disk or a limit of the store is full. Free space; nothing of the refused write was kept.',
  'store/in-use': 'Another process has this data folder open. Stop it, or give this node its own ROTA_DATA_DIR.',
  'store/newer-schema': 'The store was written by a newer version of Rota. Start that version or newer.',
  'store/conflict': 'The row was changed by somebody else at the same time. Read it again and repeat the change.',
  'node/name-in-use': 'A live node with this host name exists. Set STALWART_HOSTNAME to a name of its own.',
  'node/id-in-use': 'A live node has the node id that the configuration file of this one fixes. Give each node its own [cluster] node-id.',
  'node/no-id-free': 'Every node id belongs to a live node. Stop nodes that are not needed.',
  'config/invalid': 'An environment variable or the configuration file is wrong. The message names it and the fix.',
  'auth/failed': 'Unknown user, wrong password, or a token that is revoked or expired.',
  'auth/rate-limited': 'Too many failed logins. Wait, then try again.',
  'mail/over-quota': 'The mailbox of the recipient is full.',
  'mail/never-fits': 'The message is larger than the whole mailbox of the recipient, or all of its tenant, may be.',
  'mail/no-recipient': 'No account has this address.',
  'mail/account-gone': 'The account was destroyed meanwhile; its data is being removed, or is gone.',
  'mail/too-large': 'The message is larger than the limit of this server.',
  'upload/over-quota': 'The account has uploaded as much as it may in an hour. Try again later, or let an administrator run resetBlobQuotas.',
  'search/too-complex': 'The search has too many words or is nested too deep. Search for less at once.',
  'acme/unreachable': 'The certificate authority cannot be reached or did not answer in time. Check the directory of the AcmeProvider and the way out of this node; it is tried again.',
  'acme/unusable-answer': 'The certificate authority answered with something that ACME does not know, or that is too long. Check the directory of the AcmeProvider; it is tried again.',
  'acme/rate-limited': 'The certificate authority has had too many requests of this account or for these names. It is tried again when the authority allows it.',
  'acme/no-account': 'The certificate authority does not know the account of this AcmeProvider any more. It is registered again at the next attempt.',
  'acme/failed': 'The certificate authority could not do what it was asked for; the message says what it reports. It is tried again.',
  'acme/refused': 'The certificate authority refuses what it was asked for, and will until a setting is changed. Mend what the message names, then retry the task.',
  'spam/unreadable-model': 'What the spam filter has learnt cannot be read, or is of another version; mail goes on without it. Run SpamFilterMaintenance retrain.',
  'spam/no-rules-url': 'There is no address to fetch spam rules from. Set spamFilterRulesUrl of SpamSettings.',
  'spam/bad-rules': 'What the address of the spam rules gives is not in the form of rules, or is too large. Look at it in a browser.',
  'spam/fetch-failed': 'The spam rules could not be fetched. It is tried again; the reason says what went wrong.',
  'blob/missing': 'A stored message refers to content that is not in the blob store.',
} as const

export type ErrorCode = keyof typeof ERRORS

export class RotaError extends Error {
  override readonly name = 'RotaError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>>
  constructor(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.details = details
  }
}

export function hasCode(error: unknown, code: ErrorCode): error is RotaError {
  return error instanceof RotaError && error.code === code
}

/** The text of anything that was thrown, for reasons and logs. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
