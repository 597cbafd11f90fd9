/** A reader of server-sent events, as a page reads them with fetch. */
import assert from 'node:assert/strict'
import { systemClock } from '../../src/base/clock.ts'

export interface SseEvent { readonly event: string; readonly data: unknown; readonly id?: string }

export class SseReader {
  readonly response: Response
  readonly #stop: AbortController
  readonly #chunks: ReadableStreamDefaultReader<Uint8Array>
  readonly #decoder = new TextDecoder()
  #text = ''
  /** Of events, and of comments with an id. */
  lastId = ''

  private constructor(response: Response, stop: AbortController) {
    assert.ok(response.body)
    this.response = response
    this.#stop = stop
    this.#chunks = response.body.getReader()
  }

  static async open(url: string, headers: Readonly<Record<string, string>>): Promise<SseReader> {
    const stop = new AbortController()
    const response = await fetch(url, { headers, signal: stop.signal })
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
    return new SseReader(response, stop)
  }

  /** Until the server lets one in. */
  static async retry(open: () => Promise<SseReader>): Promise<SseReader> {
    for (;;) {
      try {
        return await open()
      } catch (error) {
        if (!String(error).includes('429')) throw error
        await systemClock.breathe()
      }
    }
  }

  /** The next event; comments are passed over. */
  async next(): Promise<SseEvent> {
    for (;;) {
      const event = this.#take()
      if (event) return event
      if (!await this.#more()) throw new Error('the stream has ended')
    }
  }

  /** Reads on, also past events, until `holds`. */
  async until(holds: () => boolean): Promise<void> {
    for (;;) {
      while (this.#take() !== null);
      if (holds()) return
      assert.ok(await this.#more(), 'the stream has ended')
    }
  }

  /** How the stream ends once no event is left: `ended` by the server, or `cut`. */
  async end(): Promise<'ended' | 'cut'> {
    try {
      while (await this.#more());
      return 'ended'
    } catch {
      return 'cut'
    }
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#chunks.closed.catch(() => {})
  }

  /** Null: there is no whole event in what was read. */
  #take(): SseEvent | null {
    for (;;) {
      const end = this.#text.indexOf('\n\n')
      if (end < 0) return null
      const fields = new Map(this.#text.slice(0, end).split('\n').map(line => {
        const colon = line.indexOf(': ')
        return [line.slice(0, colon), line.slice(colon + 2)]
      }))
      this.#text = this.#text.slice(end + 2)
      const [event, id] = [fields.get('event'), fields.get('id')]
      if (id !== undefined) this.lastId = id
      if (event === undefined) continue
      return { event, data: JSON.parse(fields.get('data') ?? 'null'), ...(id === undefined ? {} : { id }) }
    }
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#chunks.read()
    if (value) this.#text += this.#decoder.decode(value, { stream: true })
    return !done
  }
}
