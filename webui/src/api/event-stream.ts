/**
 * Server-sent events out of a stream of text (WHATWG HTML §9.2.6), as far as this server sends them: `event`, `data`, `id`
 * and comments. Lines may end with CR, LF or both, and be cut anywhere.
 */
export interface ServerEvent {
  readonly event: string
  readonly data: string
  /** The last id that was told; empty: none yet. */
  readonly id: string
}

/** An event that is longer is no event of this server. */
const EVENT_CHARS_MAX = 1_000_000

export class EventStream {
  #rest = ''
  #event = ''
  #data: string[] = []
  #dataChars = 0
  #id = ''

  get lastId(): string {
    return this.#id
  }

  /** The events that end in this piece; throws RangeError when one does not end at all. */
  take(piece: string): ServerEvent[] {
    this.#rest += piece
    const found: ServerEvent[] = []
    // A CR at the end may be the first half of a CRLF: it waits.
    for (let match = /\r\n|\n|\r(?!$)/.exec(this.#rest); match !== null; match = /\r\n|\n|\r(?!$)/.exec(this.#rest)) {
      const line = this.#rest.slice(0, match.index)
      this.#rest = this.#rest.slice(match.index + match[0].length)
      const event = this.#line(line)
      if (event !== null) found.push(event)
    }
    if (this.#rest.length + this.#dataChars > EVENT_CHARS_MAX) throw new RangeError(`an event is longer than ${EVENT_CHARS_MAX} characters`)
    return found
  }

  #line(line: string): ServerEvent | null {
    if (line === '') return this.#end()
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'event') this.#event = value
    else if (name === 'data') this.#add(value)
    else if (name === 'id' && !value.includes('\0')) this.#id = value
    return null
  }

  #add(line: string): void {
    this.#data.push(line)
    // An empty line takes room too.
    this.#dataChars += line.length + 1
  }

  #end(): ServerEvent | null {
    const event = { event: this.#event === '' ? 'message' : this.#event, data: this.#data.join('\n'), id: this.#id }
    const empty = this.#data.length === 0
    this.#event = ''
    this.#data = []
    this.#dataChars = 0
    return empty ? null : event
  }
}
