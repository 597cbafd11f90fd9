/**
 * A scanner that knows just enough of TypeScript to tell code from comments and texts. It never changes the length of the
 * text or its lines, so that an offset means the same place in each view.
 */
export interface Source {
  readonly path: string
  readonly text: string
  /** Comments blanked. */
  readonly code: string
  /** Comments, texts and regular expressions blanked: what is left is only syntax. */
  readonly bare: string
  /** Everything but comments blanked. */
  readonly comments: string
}

type Kind = 'code' | 'comment' | 'literal'
interface Part { readonly kind: Kind; readonly start: number; readonly end: number }

export function readSource(path: string, text: string): Source {
  const parts = new Scanner(text).run()
  const keep = (...kept: readonly Kind[]) =>
    parts.map(({ kind, start, end }) => kept.includes(kind) ? text.slice(start, end) : blank(text.slice(start, end))).join('')
  return { path, text, code: keep('code', 'literal'), bare: keep('code'), comments: keep('comment') }
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}

/** The line of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

/** What a `/` follows when it begins a regular expression; it does not divide, and does not close an element. */
const BEFORE_REGEX = /(?:^|[([{,;=:!&|?+*%~^>-]|=>|\b(?:return|typeof|case|in|of|throw|await|yield))\s*$/
const BEFORE_REGEX_CHARS = 200

class Scanner {
  readonly #text: string
  readonly #parts: Part[] = []
  #at = 0
  #marked = 0

  constructor(text: string) {
    this.#text = text
  }

  /** The whole text, cut where the kind changes. */
  run(): readonly Part[] {
    while (this.#at < this.#text.length) this.#code()
    this.#mark('code', this.#text.length)
    return this.#parts
  }

  /** Code up to the end, or to the brace that closes the `${` it stands in. */
  #codeInTemplate(): void {
    for (let depth = 1; depth > 0 && this.#at < this.#text.length;) {
      const character = this.#text[this.#at]
      if (character === '{') depth += 1
      if (character === '}') depth -= 1
      this.#code()
    }
  }

  #code(): void {
    const text = this.#text
    const two = text.slice(this.#at, this.#at + 2)
    const character = two[0] ?? ''
    if (two === '//') this.#mark('comment', this.#find('\n', this.#at))
    else if (two === '/*') this.#mark('comment', this.#find('*/', this.#at + 2) + 2)
    else if (character === '\'' || character === '"') this.#literal(this.#endOfQuoted(character))
    else if (character === '`') this.#template()
    else if (character === '/' && this.#beginsRegex()) this.#literal(this.#endOfRegex())
    else this.#at += 1
  }

  /** From here to `end`; what lies before here and is not marked yet is code. */
  #mark(kind: Kind, end: number): void {
    if (this.#marked < this.#at) this.#parts.push({ kind: 'code', start: this.#marked, end: this.#at })
    const to = Math.min(end, this.#text.length)
    if (this.#at < to) this.#parts.push({ kind, start: this.#at, end: to })
    this.#at = to
    this.#marked = to
  }

  /** The delimiters stay code: a text stays visible as an empty one. */
  #literal(end: number): void {
    this.#at += 1
    this.#mark('literal', end - 1)
    this.#at = Math.min(end, this.#text.length)
  }

  #find(what: string, from: number): number {
    const found = this.#text.indexOf(what, from)
    return found < 0 ? this.#text.length : found
  }

  #endOfQuoted(quote: string): number {
    let at = this.#at + 1
    while (at < this.#text.length && this.#text[at] !== quote && this.#text[at] !== '\n') at += this.#text[at] === '\\' ? 2 : 1
    return at + 1
  }

  #template(): void {
    this.#at += 1
    while (this.#at < this.#text.length) {
      const rest = this.#text.slice(this.#at, this.#at + 2)
      if (rest[0] === '`') break
      if (rest === '${') {
        this.#at += 2
        this.#codeInTemplate()
      } else {
        this.#mark('literal', this.#at + (rest[0] === '\\' ? 2 : 1))
      }
    }
    this.#at += 1
  }

  #beginsRegex(): boolean {
    const bare = this.#text.slice(Math.max(this.#at - BEFORE_REGEX_CHARS, 0), this.#at)
    return BEFORE_REGEX.test(bare)
  }

  #endOfRegex(): number {
    let inClass = false
    let at = this.#at + 1
    for (; at < this.#text.length && this.#text[at] !== '\n'; at++) {
      const character = this.#text[at]
      if (character === '\\') at += 1
      else if (character === '[') inClass = true
      else if (character === ']') inClass = false
      else if (character === '/' && !inClass) break
    }
    return at + 1
  }
}
