/** Texts of the console stand in its catalogues. The linter sees words between tags; here are those that it does not see. */
import { lineAt, type Source } from './source.ts'
import type { Violation } from './violation.ts'

/** An attribute that people read or hear, up to where its text begins. */
const READ_ALOUD = /\b(?:aria-label|aria-description|aria-roledescription|aria-valuetext|alt|label|placeholder|title)=(?:\{\s*)?["'`]$/
/** What a programmer reads, and what a browser does. */
const NOT_READ = /\b(?:Error|assert|closest|matches|querySelector|querySelectorAll)\(["'`]$/
const WORDS = /\p{L}[,;:.]? \p{L}/u
/** Chars before a text that tell what it is for. */
const BEFORE_CHARS = 80

export function checkConsoleMarkup({ path, text, code, bare }: Source): Violation[] {
  if (!/^webui\/src\/.*\.tsx$/.test(path) || path.includes('.test.')) return []
  const found: Violation[] = []
  // What is blank in the bare view and not in the code is a text, or a piece of one between `${…}`.
  for (const { index, 0: { length } } of bare.matchAll(/[ \t]+/g)) {
    const literal = code.slice(index, index + length)
    const before = code.slice(Math.max(index - BEFORE_CHARS, 0), index)
    const inAttribute = READ_ALOUD.test(before) && /\p{L}/u.test(literal)
    if (!inAttribute && (!WORDS.test(literal) || NOT_READ.test(before))) continue
    const what = `the text '${literal.trim()}' in ${inAttribute ? 'an attribute' : 'a component'}`
    found.push({ path, line: lineAt(text, index), what, fix: 'put it into the catalogues, in both languages' })
  }
  return found
}
