/**
 * What the owner of a message says by a change of it: that it is spam, that it is none, or nothing.
 *
 * | change | says |
 * |---|---|
 * | it comes into Junk, or gets the keyword $junk | spam |
 * | it leaves Junk for another mailbox than Trash, or gets the keyword $notjunk | no spam |
 * | both at once, or anything else | nothing |
 *
 * Who empties his Junk into Trash does not take it for good mail. Keywords: RFC 8621 §10.4, in the IMAP registry of them.
 */
import type { EmailRecord } from './email.ts'
import { idOf } from './mailbox.ts'

type Judged = Pick<EmailRecord, 'mailboxIds' | 'keywords'>

const [JUNK, TRASH] = [idOf('junk'), idOf('trash')]

/** True: it is spam. */
export function verdictOf(before: Judged, after: Judged): boolean | null {
  const [wasJunk, isJunk] = [before.mailboxIds[JUNK] === true, after.mailboxIds[JUNK] === true]
  const gets = (keyword: string): boolean => after.keywords[keyword] === true && before.keywords[keyword] !== true
  const isSpam = (!wasJunk && isJunk) || gets('$junk')
  const isHam = (wasJunk && !isJunk && after.mailboxIds[TRASH] !== true) || gets('$notjunk')
  return isSpam === isHam ? null : isSpam
}
