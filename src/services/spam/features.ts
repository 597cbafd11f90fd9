/**
 * What the classifier reads of a message: its words, each as a number below FEATURES, with a weight. A word of the subject, a
 * host that the message links to, a word of the text and the kind of an attachment are different features.
 *
 * Everything is bounded, and the work grows with what is read and nothing else: it is done on the node's one thread, for mail
 * that strangers have sent. HTML is not laid out for that (it would take longer than the rest of a delivery): what stands
 * between `<` and `>` goes, and numbers that stand for letters become them.
 *
 * The numbers are part of stored models: a change here is a change of MODEL_FORMAT.
 */
import { hash32 } from '../../base/hash.ts'
import type { Message } from '../message/message.ts'
import { cut, runsOf, wordsOf } from '../search/words.ts'

const FEATURE_BITS = 20
/** So many weights has a model: 4 MiB of them as 32-bit floats. */
export const FEATURES = 2 ** FEATURE_BITS
/** Of one message, the first ones. */
export const FEATURES_OF_MESSAGE_MAX = 2_000
/** Of text and of HTML each. */
const TEXT_CHARS_MAX = 60_000
const SUBJECT_CHARS_MAX = 1_000
const NAME_CHARS_MAX = 200
const ADDRESSES_MAX = 5
const ATTACHMENTS_MAX = 50
const HOSTS_MAX = 200

/** Different features in rising order, and their weights, whose squares sum up to 1. */
export interface Features { readonly indexes: Uint32Array; readonly values: Float32Array }

const TAG = /<[^<>]*>/g
const CODED_LETTER = /&#(\d{1,7}|x[\da-f]{1,6});?/gi
const HOST = /https?:\/\/(?:[^\s/?#"'<>@]{1,255}@)?([^\s/?#"'<>@:]{1,255})/gi

export function featuresOf(message: Pick<Message, 'subject' | 'from' | 'replyTo' | 'text' | 'html' | 'attachments'>): Features {
  const counts = new Counts()
  for (const word of words(message.subject ?? '', SUBJECT_CHARS_MAX)) counts.add(`subject ${word}`)
  addSenders(counts, message)
  for (const { name, type } of message.attachments.slice(0, ATTACHMENTS_MAX)) {
    counts.add(`attached ${type.slice(0, NAME_CHARS_MAX)}`)
    if (name !== null) counts.add(`attached .${extensionOf(name)}`)
  }
  for (const host of linkedHosts(message)) counts.add(`link ${host}`)
  // The plain text often only says that there is another.
  for (const word of words(message.text ?? '', TEXT_CHARS_MAX)) counts.add(word)
  for (const word of words(textOfMarkup(message.html ?? ''), TEXT_CHARS_MAX)) counts.add(word)
  return counts.features()
}

/** `exe` of `Invoice.PDF.exe`; '' when there is none. */
export function extensionOf(name: string): string {
  const short = name.slice(-NAME_CHARS_MAX).trim().toLowerCase()
  return short.includes('.') ? cut(short.slice(short.lastIndexOf('.') + 1)) : ''
}

/** In lower case, each once. */
export function linkedHosts({ text, html }: Pick<Message, 'text' | 'html'>): ReadonlySet<string> {
  const hosts = new Set<string>()
  for (const body of [text, html]) {
    for (const [, host = ''] of (body ?? '').slice(0, TEXT_CHARS_MAX).matchAll(HOST)) {
      if (hosts.size >= HOSTS_MAX) return hosts
      hosts.add(host.toLowerCase())
    }
  }
  return hosts
}

function addSenders(counts: Counts, { from, replyTo }: Pick<Message, 'from' | 'replyTo'>): void {
  for (const { name, email } of (from ?? []).slice(0, ADDRESSES_MAX)) {
    counts.add(`from ${email.slice(0, NAME_CHARS_MAX).toLowerCase()}`)
    counts.add(`from @${domainOf(email)}`)
    for (const word of words(name ?? '', NAME_CHARS_MAX)) counts.add(`from ${word}`)
  }
  for (const { email } of (replyTo ?? []).slice(0, ADDRESSES_MAX)) counts.add(`reply @${domainOf(email)}`)
}

/** What follows the last `@`, in lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).slice(0, NAME_CHARS_MAX).toLowerCase()
}

function textOfMarkup(html: string): string {
  return html.slice(0, TEXT_CHARS_MAX).replace(TAG, ' ').replace(CODED_LETTER, (_, code: string) => letterOf(code))
}

function letterOf(code: string): string {
  const point = /^x/i.test(code) ? Number.parseInt(code.slice(1), 16) : Number(code)
  return point > 0 && point <= 0x10_ff_ff ? String.fromCodePoint(point) : ' '
}

function words(text: string, charsMax: number): string[] {
  return runsOf(text.slice(0, charsMax).toWellFormed()).slice(0, charsMax).flatMap(wordsOf).map(cut)
}

class Counts {
  readonly #counts = new Map<number, number>()

  add(feature: string): void {
    const index = hash32(feature) >>> (32 - FEATURE_BITS)
    const count = this.#counts.get(index)
    if (count !== undefined || this.#counts.size < FEATURES_OF_MESSAGE_MAX) this.#counts.set(index, (count ?? 0) + 1)
  }

  /** A word that comes ten times says more than one that comes once, but not ten times as much. */
  features(): Features {
    const sorted = [...this.#counts].toSorted(([one], [other]) => one - other)
    const values = Float32Array.from(sorted, ([, count]) => 1 + Math.log(count))
    const norm = Math.hypot(...values)
    return { indexes: Uint32Array.from(sorted, ([index]) => index), values: values.map(value => value / norm) }
  }
}
