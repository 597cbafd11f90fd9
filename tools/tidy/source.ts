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

export function readSource(path: string, text: string): Source {
  const kinds = Array.from<unknown, Kind>({ length: text.length }, () => 'code')
  new Scanner(text, kinds).run()
  const keep = (...kept: readonly Kind[]) => text.replace(/[^\n]/g, (character, at: number) => {
    const kind = kinds[at]
    return kind !== undefined && kept.includes(kind) ? character : ' '
  })
  return { path, text, code: keep('code', 'literal'), bare: keep('code'), comments: keep('comment') }
}

/** The line of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

/** What a `/` follows when it begins a regular expression and does not divide. */
const BEFORE_REGEX = /(?:^|[([{,;=:!&|?+*%~^<>-]|=>|\b(?:return|typeof|case|in|of|throw|await|yield))\s*$/
const BEFORE_REGEX_CHARS = 200

class Scanner {
  readonly #text: string
  readonly #kinds: Kind[]
  #at = 0

  constructor(text: string, kinds: Kind[]) {
    this.#text = text
    this.#kinds = kinds
  }

  run(): void {
    while (this.#at < this.#text.length) this.#code()
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

  #mark(kind: Kind, end: number): void {
    this.#kinds.fill(kind, this.#at, end)
    this.#at = Math.min(end, this.#text.length)
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
