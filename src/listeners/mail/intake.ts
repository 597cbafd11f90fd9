/**
 * Takes the text of messages into memory, within a limit for each message and one for all that are on their way in. A
 * message that goes over is read to its end and dropped, so that its client gets its reply where it expects it.
 */

/** Pages grow with the message: short mail stays cheap, and a message of many tiny writes holds no tiny buffers. */
const PAGE_BYTES_MIN = 16_384
const PAGE_BYTES_MAX = 1_048_576

export type Taken =
  | { readonly kind: 'complete'; readonly content: Buffer }
  | { readonly kind: 'too-large' }
  /** Too much mail at once. */
  | { readonly kind: 'busy' }

export class Intake {
  readonly #messageBytesMax: number
  readonly #bytesMax: number
  #bytes = 0

  /** `bytesMax`: of all messages that are being received or delivered. */
  constructor(messageBytesMax: number, bytesMax: number) {
    this.#messageBytesMax = messageBytesMax
    this.#bytesMax = bytesMax
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Reads the stream to its end and hands the message, with `head` in front, to `use`. Rejects when it breaks. */
  async take<T>(stream: AsyncIterable<Buffer>, head: () => Buffer, use: (taken: Taken) => Promise<T>): Promise<T> {
    let pages: Pages | null = new Pages()
    let held = 0
    let outcome: 'too-large' | 'busy' | null = null
    try {
      for await (const chunk of stream) {
        if (pages === null) continue
        if (pages.bytes + chunk.length > this.#messageBytesMax) outcome = 'too-large'
        else if (this.#bytes + chunk.length > this.#bytesMax) outcome = 'busy'
        if (outcome === null) {
          pages.append(chunk)
          held += chunk.length
          this.#bytes += chunk.length
        } else {
          pages = null
          this.#bytes -= held
          held = 0
        }
      }
      const content = pages?.join(head())
      const taken: Taken = content === undefined ? { kind: outcome ?? 'busy' } : { kind: 'complete', content }
      pages = null
      return await use(taken)
    } finally {
      this.#bytes -= held
    }
  }
}

class Pages {
  bytes = 0
  readonly #full: Buffer[] = []
  #page = Buffer.alloc(0)
  #used = 0

  append(chunk: Buffer): void {
    let rest = chunk
    while (rest.length > 0) {
      if (this.#used === this.#page.length) this.#turn()
      const copied = rest.copy(this.#page, this.#used)
      this.#used += copied
      this.bytes += copied
      rest = rest.subarray(copied)
    }
  }

  join(head: Buffer): Buffer {
    return Buffer.concat([head, ...this.#full, this.#page.subarray(0, this.#used)])
  }

  #turn(): void {
    this.#full.push(this.#page)
    this.#page = Buffer.allocUnsafeSlow(Math.min(Math.max(this.bytes, PAGE_BYTES_MIN), PAGE_BYTES_MAX))
    this.#used = 0
  }
}
