/**
 * Replies of the mail protocols: RFC 5321 §4.2 codes with the enhanced codes of RFC 3463. Whatever goes wrong inside is
 * a temporary failure without detail: the client keeps the message.
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

/** Text of a success, or a refusal. */
export type Reply = Refusal | string

export const BEGINS_WITH_ENHANCED_CODE = /^[245]\.\d{1,3}\.\d{1,3} /

const REFUSALS: { readonly [code in ErrorCode]?: readonly [code: number, enhanced: string, text: string] } = {
  'store/full': [452, '4.3.1', 'no space left for mail, try again later'],
  'mail/over-quota': [452, '4.2.2', 'the mailbox is full, try again later'],
  'mail/never-fits': [552, '5.2.3', 'the message is larger than the mailbox may be'],
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
export function replyForOne(result: DeliveryResult = UNSERVED): Reply {
  if (result.kind === 'delivered') return `delivered as ${result.id}`
  return new Refusal(result.code, result.enhanced, result.text)
}

/** For a recipient without a result. */
const UNSERVED: DeliveryResult = {
  kind: 'refused', code: 451, enhanced: '4.3.0', text: 'not delivered', temporary: true,
}

/**
 * SMTP: one reply for all recipients. When only some could be served, success would lose mail without a word and a
 * temporary failure would bring the message to the others again and again, so the answer is final and says who was
 * left out.
 */
export function replyForAll(results: readonly DeliveryResult[], addresses: readonly string[]): Reply {
  const refused: string[] = []
  let worst: Extract<DeliveryResult, { kind: 'refused' }> | null = null
  for (const [index, address] of addresses.entries()) {
    const result = results[index] ?? UNSERVED
    if (result.kind === 'delivered') continue
    refused.push(`<${address}> ${result.text}`)
    if (worst === null || (result.temporary && !worst.temporary)) worst = result
  }
  if (worst === null) return 'message accepted'
  const served = addresses.length - refused.length
  if (served === 0) return new Refusal(worst.code, worst.enhanced, worst.text)
  const text = `delivered to ${served} of ${addresses.length}, not to ${refused.join(', ')}`
  return new Refusal(554, '5.3.0', text.slice(0, TEXT_LENGTH_MAX))
}

/** RFC 5321 §4.5.3.1.5: a reply line has at most 512 octets. */
const TEXT_LENGTH_MAX = 480
