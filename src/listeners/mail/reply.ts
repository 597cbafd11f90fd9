/**
 * Replies of the mail protocols: RFC 5321 §4.2 codes with the enhanced codes of RFC 3463. Whatever goes wrong inside is a
 * temporary failure without detail: the client keeps the message.
 */
import { RotaError } from '../../errors.ts'
import type { ErrorCode } from '../../errors.ts'
import type { DeliveryResult } from './mail-sink.ts'

/** The form that smtp-server takes a refusal in. The text begins with the enhanced code. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly responseCode: number
  constructor(code: number, enhanced: string, text: string) {
    super(`${enhanced} ${text}`)
    this.responseCode = code
  }
}

export const BEGINS_WITH_ENHANCED_CODE = /^[245]\.\d{1,3}\.\d{1,3} /

const REFUSALS: { readonly [code in ErrorCode]?: readonly [code: number, enhanced: string, text: string] } = {
  'store/full': [452, '4.3.1', 'no space left for mail, try again later'],
  'mail/over-quota': [552, '5.2.2', 'the mailbox is full'],
  'mail/no-recipient': [550, '5.1.1', 'no such mailbox here'],
  'mail/too-large': [552, '5.3.4', 'the message is too large'],
}

/** Anything that was thrown as a reply. `expected` is false for what should be looked at in the log. */
export function refusalOf(error: unknown): { readonly refusal: Refusal; readonly expected: boolean } {
  if (error instanceof Refusal) return { refusal: error, expected: true }
  const known = error instanceof RotaError ? REFUSALS[error.code] : undefined
  if (known !== undefined) return { refusal: new Refusal(...known), expected: true }
  return { refusal: new Refusal(451, '4.3.0', 'cannot be done now, try again later'), expected: false }
}

/** LMTP: one reply for one recipient (RFC 2033 §4.2). */
export function replyForOne(result: DeliveryResult): Refusal | string {
  return result.kind === 'delivered' ? `delivered as ${result.id}` : new Refusal(result.code, result.enhanced, result.text)
}

/**
 * SMTP: one reply for all recipients. When only some could be served, success would lose mail without a word and a
 * temporary failure would bring the message to the others again and again, so the answer is final and says who was left out.
 */
export function replyForAll(results: readonly DeliveryResult[], addresses: readonly string[]): Refusal | string {
  const refused = results.flatMap((result, index) => result.kind === 'refused' ? [{ ...result, address: addresses[index] ?? '' }] : [])
  const worst = refused.find(result => result.temporary) ?? refused[0]
  if (worst === undefined) return 'message accepted'
  if (refused.length === results.length) return new Refusal(worst.code, worst.enhanced, worst.text)
  const names = refused.slice(0, NAMED_MAX).map(({ address, text }) => `<${address}> ${text}`).join(', ')
  const rest = refused.length > NAMED_MAX ? ` and ${refused.length - NAMED_MAX} more` : ''
  return new Refusal(554, '5.3.0', `delivered to ${results.length - refused.length} of ${results.length}, not to ${names}${rest}`)
}

/** RFC 5321 §4.5.3.1.5: a reply line has at most 512 octets. */
const NAMED_MAX = 3
