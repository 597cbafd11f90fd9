/** What a message's being in a mailbox means: since when, and under which UID. README.md beside this file. */
import type { Id } from '../../base/ids.ts'
import type { DocumentIndex } from '../ports.ts'
import { DISCARD_IDS } from './mailbox.ts'

/** `savedAt` in ms since 1970. The UID counts as long as the mailbox has this uidValidity (RFC 9051 §2.3.1.1). */
export type Membership = { readonly savedAt: number; readonly uidValidity: number; readonly uid: number }
/** By mailbox. A document of an earlier version has none; who changes it next gives it them. */
export type Memberships = Readonly<Record<Id, Membership>>

/** Rows of the mailboxes from which mail goes by itself, in the order in which it does. */
export const DISCARDED = 'discarded'

export function membershipIndex(memberships: Memberships = {}): DocumentIndex[] {
  return Object.entries(memberships).flatMap(([mailboxId, { savedAt, uidValidity, uid }]) => [
    { name: 'uid', value: uidIndexValue(mailboxId, uidValidity), sort: uid },
    ...(DISCARD_IDS.includes(mailboxId) ? [{ name: DISCARDED, value: mailboxId, sort: savedAt }] : []),
  ])
}

export function uidIndexValue(mailboxId: Id, uidValidity: number): string {
  return `${mailboxId}/${uidValidity}`
}
