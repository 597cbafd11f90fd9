/**
 * An HTTP connection by hand: sends exactly the bytes it is given, reads replies that have a Content-Length.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** `head` in lower case, for looking for names; `rawHead` as it came. Bodies are bytes, one a character. */
export interface RawReply {
  readonly status: number
  readonly head: string
  readonly rawHead: string
  readonly body: string
}

export class RawHttp {
  readonly #socket: Socket
  #text = ''
  #ended = false
  #wake: () => void = () => {}

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1')
      this.#wake()
    })
    // A reset is an end like any other here: the tests look at what came before it.
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#ended = true
      this.#wake()
    })
  }

  static async open(port: number): Promise<RawHttp> {
    const socket = connect(port, '127.0.0.1')
    const connection = new RawHttp(socket)
    await once(socket, 'connect')
    return connection
  }

  write(data: string | Uint8Array): void {
    this.#socket.write(data)
  }

  destroy(): void {
    this.#socket.destroy()
  }

  async reply(): Promise<RawReply> {
    for (;;) {
      const end = this.#text.indexOf('\r\n\r\n')
      const rawHead = this.#text.slice(0, end)
      const head = rawHead.toLowerCase()
      const length = Number(/^content-length: (\d+)$/m.exec(head)?.[1] ?? 0)
      if (end >= 0 && this.#text.length >= end + 4 + length) {
        const body = this.#text.slice(end + 4, end + 4 + length)
        this.#text = this.#text.slice(end + 4 + length)
        return { status: Number(head.split(' ')[1]), head, rawHead, body }
      }
      if (this.#ended) throw new Error(`the server closed after ${JSON.stringify(this.#text)}`)
      await this.#more()
    }
  }

  /** Everything up to the end of the connection. */
  async rest(): Promise<string> {
    while (!this.#ended) await this.#more()
    return this.#text
  }

  #more(): Promise<void> {
    return new Promise(resolve => { this.#wake = resolve })
  }
}
