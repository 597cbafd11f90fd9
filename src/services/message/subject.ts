/**
 * The base subject: what the subjects of one conversation have in common (RFC 5256 §2.1), in lower case.
 * `Re: [list] Fwd: Plan (fwd)` and `AW: Plan` both give `plan`.
 */
import { normalized } from '../../base/normalize.ts'

/** Reply and forward marks: the standard's three, and what widespread clients write in other languages. */
const MARK = /^(?:re|fwd?|aw|wg|antw|sv|vs|vb|tr|rv|res|enc|odp|rif|i)\s*(?:\[[^[\]]*\]\s*)?:\s*/
const BLOB = /^\[[^[\]]*\]\s*/
const TRAILER = '(fwd)'
const FORWARDED = /^\[fwd:(.*)\]$/

export function baseSubject(subject: string): string {
  let base = normalized(subject, 'NFC').toLowerCase().replace(/\s+/g, ' ').trim()
  for (let before = ''; before !== base;) {
    before = base
    if (base.endsWith(TRAILER)) base = base.slice(0, -TRAILER.length).trimEnd()
    base = base.replace(MARK, '')
    // A bracketed prefix goes only when something is left behind it.
    const unblobbed = base.replace(BLOB, '')
    if (unblobbed !== '') base = unblobbed
    base = base.replace(FORWARDED, '$1').trim()
  }
  return base
}
