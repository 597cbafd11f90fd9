/**
 * What is common to failures that differ only in which one it was. "connection to 10.0.0.3 refused" and the same with
 * 10.0.0.4 read `connection to <address> refused`. Stored keys depend on both functions: a change of them makes tasks that
 * have failed before stand in groups of their own until they fail again.
 */
import { createHash } from 'node:crypto'

/** Of a reason, before anything is replaced: no reason takes long. */
const READ_CHARS_MAX = 2_000
/** Of what it becomes. */
const REASON_CHARS_MAX = 300
/** As of ids: 63 bits, as 13 characters of which the first is 0-7. */
const KEY_BITS = 63n
const KEY_LENGTH = 13
/** What stands for a reason that nobody gave. */
const NO_REASON = 'unknown'

/** In this order: what is quoted may hold anything, an address is full of numbers, an id has some. */
const PARTS: readonly (readonly [RegExp, string])[] = [
  [/"[^"\n]{0,500}"|“[^”\n]{0,500}”|«[^»\n]{0,500}»|`[^`\n]{0,500}`|(?<!\w)'[^'\n]{0,500}'(?!\w)/g, '"…"'],
  [/\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"<>]{1,500}/gi, '<address>'],
  [/[^\s<>@,;:"()[\]]{1,64}@[a-z0-9.-]{1,255}[a-z0-9]/gi, '<address>'],
  [/\[?(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:%\w{1,20})?(?![\w:])\]?(?::\d{1,5}\b)?/gi, '<address>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2}|:\d{1,5})?\b/g, '<address>'],
  // Of a content: its SHA-256 in base64url.
  [/(?<![\w-])(?=[a-z_-]{0,42}\d)[\w-]{43}(?![\w-])/gi, '<id>'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b(?=[a-z]{0,64}\d)(?=\d{0,64}[a-z])[a-z0-9]{8,128}\b/gi, '<id>'],
  [/[+-]?\b\d[\d_]{0,40}(?:[.,:]\d{1,40}){0,4}(?=%|\b|[a-zµ]{1,3}\b)/gi, '<n>'],
  [/\s+/g, ' '],
]

export function normalReason(reason: string | null): string {
  let text = (reason ?? NO_REASON).slice(0, READ_CHARS_MAX).toWellFormed()
  for (const [part, stands] of PARTS) text = text.replace(part, stands)
  return text.trim().slice(0, REASON_CHARS_MAX).toWellFormed()
}

/** The same for all failures of a variant that have one normal reason; has the form of an id. */
export function failureKey(variant: string, reason: string | null): string {
  const digest = createHash('sha256').update(`${variant}\n${normalReason(reason)}`).digest()
  return (digest.readBigUInt64BE() >> (64n - KEY_BITS)).toString(32).padStart(KEY_LENGTH, '0')
}
