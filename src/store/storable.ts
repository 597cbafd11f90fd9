/**
 * Text that any of the stores can hold and find again: clients choose names, addresses and words, and none of
 * them may make a statement fail. Every table passes looked-up text through here, so all stores also agree on
 * what is equal.
 */
import { createHash } from 'node:crypto'

/** A PostgreSQL index refuses entries above about 2,700 bytes; four such columns must fit in one. */
export const KEY_TEXT_CHARS_MAX = 200
const KEPT_CHARS = 150

/** PostgreSQL takes no NUL and no lone surrogate in text: both become U+FFFD. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD')
}

/** The same for text in an index: what is too long keeps its beginning and ends with its SHA-256. */
export function keyText(text: string): string {
  const stored = storableText(text)
  if (stored.length <= KEY_TEXT_CHARS_MAX) return stored
  const hash = createHash('sha256').update(stored).digest('base64url')
  return `${stored.slice(0, KEPT_CHARS).toWellFormed()}#${hash}`
}

/** The order of the stores: by UTF-8 bytes, which beyond the BMP is not that of `<`. */
export function compareText(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}
