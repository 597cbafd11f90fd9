/**
 * Asks one HTTP server the same thing over and over, on connections that stay open: a program of its own, so that it does
 * not share the server's thread, and so plain that it is never what is measured (about 12 µs a request).
 * `node http-load.ts <port> <connections> <ms>`, the whole request on standard input; prints how many were answered.
 */
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

const [port = 0, connections = 0, ms = 0] = process.argv.slice(2).map(Number)
const request = Buffer.from(await text(process.stdin))
const OK = Buffer.from('HTTP/1.1 200')
const LENGTH = /\r\ncontent-length: (\d+)\r\n/i

let answered = 0
const end = performance.now() + ms
await Promise.all(Array.from({ length: connections }, run))
console.log(answered)

function run(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => { socket.write(request) })
    let reply: Buffer = Buffer.alloc(0)
    let length = -1
    socket.on('data', (chunk: Buffer) => {
      reply = reply.length === 0 ? chunk : Buffer.concat([reply, chunk])
      if (length < 0) length = lengthOf(reply)
      if (length < 0 || reply.length < length) return
      if (!reply.subarray(0, OK.length).equals(OK)) reject(new Error(reply.toString()))
      answered += 1
      reply = Buffer.alloc(0)
      length = -1
      if (performance.now() < end) socket.write(request)
      else socket.end()
    })
    socket.on('error', reject)
    socket.on('close', () => { resolve() })
  })
}

/** Of head and body together; -1: not known yet. */
function lengthOf(reply: Buffer): number {
  const headEnd = reply.indexOf('\r\n\r\n')
  if (headEnd < 0) return -1
  return headEnd + 4 + Number(LENGTH.exec(reply.toString('latin1', 0, headEnd + 2))?.[1] ?? 0)
}
