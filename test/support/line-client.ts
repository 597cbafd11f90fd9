/** A raw client of line protocols (SMTP, LMTP, HTTP by hand): sends exactly the bytes it is given. */
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ConnectionOptions, TLSSocket } from 'node:tls'

export class LineClient {
  #socket: Socket
  #text = ''
  #ended = false
  #waiting: (() => void)[] = []

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#read(socket)
  }

  /** `early` is sent before the server can have said anything; `from`: another loopback address of this machine. */
  static async open(port: number, early = '', from = '127.0.0.1'): Promise<LineClient> {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from })
    const client = new LineClient(socket)
    socket.write(early)
    await once(socket, 'connect')
    return client
  }

  static async openTls(port: number, options: ConnectionOptions): Promise<LineClient> {
    const socket = connectTls({ host: '127.0.0.1', port, ...options })
    const client = new LineClient(socket)
    await once(socket, 'secureConnect')
    return client
  }

  write(data: string | Uint8Array): void {
    this.#socket.write(data)
  }

  end(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** The next line without its CRLF; null when the server has closed and nothing is left. */
  async line(): Promise<string | null> {
    for (;;) {
      const end = this.#text.indexOf('\r\n')
      if (end >= 0) {
        const line = this.#text.slice(0, end)
        this.#text = this.#text.slice(end + 2)
        return line
      }
      if (this.#ended) return null
      await new Promise<void>(resolve => { this.#waiting.push(resolve) })
    }
  }

  /** The next SMTP reply: all lines of it, the last one only when it has one. */
  async reply(): Promise<string> {
    const lines: string[] = []
    for (;;) {
      const line = await this.line()
      if (line === null) throw new Error(`the server closed after ${JSON.stringify(lines)}`)
      lines.push(line)
      if (/^\d{3} /.test(line)) return lines.join('\n')
    }
  }

  async command(text: string): Promise<string> {
    this.write(`${text}\r\n`)
    return this.reply()
  }

  /** Everything up to the end of the connection. */
  async rest(): Promise<string> {
    while (!this.#ended) await new Promise<void>(resolve => { this.#waiting.push(resolve) })
    return this.#text
  }

  /** The handshake, on the socket as it is. */
  async startTls(options: ConnectionOptions): Promise<TLSSocket> {
    this.#socket.removeAllListeners('data')
    const secure = connectTls({ socket: this.#socket, ...options })
    this.#socket = secure
    this.#read(secure)
    await once(secure, 'secureConnect')
    return secure
  }

  #read(socket: Socket): void {
    const wake = () => {
      for (const resolve of this.#waiting.splice(0)) resolve()
    }
    socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1')
      wake()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#ended = true
      wake()
    })
  }
}
