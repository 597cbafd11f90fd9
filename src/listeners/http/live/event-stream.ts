/**
 * A reply of server-sent events (HTML Standard §9.2): written as long as somebody reads, cut when too much waits for a
 * reader that does not.
 */
import type { ServerResponse } from 'node:http'
import type { JsonObject } from '../../../base/json.ts'

/** What may wait for a slow reader, beside what the kernel holds. */
export const WAITING_BYTES_MAX = 65_536

type Headers = Readonly<Record<string, string | number | string[] | undefined>>

export class EventStream {
  readonly #response: ServerResponse
  /** Resolves when the connection is gone or the reply has ended. */
  readonly closed: Promise<void>

  constructor(response: ServerResponse, headers: Headers) {
    this.#response = response
    // Who goes away while its login is looked at has been closed already, and no event tells of it again.
    this.closed = response.closed ? Promise.resolve() : new Promise(resolve => { response.once('close', resolve) })
    // Proxies that gather replies would hold events back; this is how nginx is told.
    const all = { ...headers, 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' }
    for (const [name, value] of Object.entries(all)) if (value !== undefined) response.setHeader(name, value)
    response.flushHeaders()
  }

  event(name: string, data: JsonObject, id?: string): void {
    // JSON has no line breaks of its own.
    this.#write(`event: ${name}\ndata: ${JSON.stringify(data)}\n${id === undefined ? '' : `id: ${id}\n`}\n`)
  }

  /** Keeps the connection open, and moves where the reader stands. */
  beat(id: string): void {
    this.#write(`: beat\nid: ${id}\n\n`)
  }

  end(): void {
    this.#response.end()
  }

  #write(text: string): void {
    if (this.#response.writableEnded || this.#response.destroyed) return
    this.#response.write(text)
    if (this.#response.writableLength > WAITING_BYTES_MAX) this.#response.destroy()
  }
}
