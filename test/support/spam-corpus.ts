/**
 * Two made-up corpora: mail between people who work, shop and live together, and mail that nobody asked for. Both are put
 * together from sentences of ours (test/data/made-up-mail.json), and they share subjects on purpose: parcels, invoices, accounts and prices occur in both. The
 * sentences of the second half of each list occur in held-out mail only, so that what is measured is not what was learnt by heart.
 */
import { readFileSync } from 'node:fs'
import { seededRandom } from '../../src/base/random.ts'
import { plainMail } from './mail-samples.ts'

interface Kind { readonly senders: readonly string[]; readonly subjects: readonly string[]; readonly sentences: readonly string[] }

const TEXTS = JSON.parse(readFileSync(new URL('../data/made-up-mail.json', import.meta.url), 'utf8')) as { readonly ham: Kind; readonly spam: Kind }
const LINES = 6
/** Of the sentences of its own kind: the rest of a message is what the other kind says too. */
const OWN_LINES = 4
/** What both kinds of people write. */
const COMMON = [
  'Please find the details below.', 'Kind regards and have a nice day.', 'Thank you for your time.', 'This is about your account.',
  'Let me know if you have any questions.', 'The price is shown at the end of this message.', 'Please answer soon.', 'You get this message once.',
]

export interface Sample { readonly content: Uint8Array; readonly isSpam: boolean }

/** `count` messages, half of them spam, always the same ones. `heldOut`: of the sentences that the others do not have. */
export function corpus(count: number, seed: number, heldOut = false): Sample[] {
  const random = seededRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T
  return Array.from({ length: count }, (_, nth): Sample => {
    const isSpam = nth % 2 === 0
    const { senders, subjects, sentences } = isSpam ? TEXTS.spam : TEXTS.ham
    const half = sentences.length / 2
    const own = heldOut ? sentences.slice(half) : sentences.slice(0, half)
    const lines = Array.from({ length: LINES }, (_line, line) => line < OWN_LINES ? pick(own) : pick(COMMON))
    const from = heldOut ? `Somebody <x${nth}@new-${nth}.example>` : pick(senders)
    return { isSpam, content: plainMail([`Message ${seed}/${nth}.`, ...lines].join('\r\n'), { subject: pick(subjects), from, messageId: `${seed}.${nth}@corpus.example` }) }
  })
}
