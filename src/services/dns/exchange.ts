/**
 * One question to one server and its answer, over UDP or TCP. UDP is repeated, because a packet may be lost, and goes over to
 * TCP when the question is long or the answer is cut (RFC 7766 §5). Whatever answers is asked of `accepts` first: an answer
 * that somebody else has made must not end the waiting for the right one.
 */
import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import type { Clock } from '../../base/clock.ts'
import { decodeReply, MESSAGE_OCTETS_MAX } from './message.ts'

export interface DnsEndpoint { readonly host: string; readonly port: number; readonly protocol: 'udp' | 'tcp' }
export interface ExchangeOptions {
  readonly clock: Clock
  /** For all of it, TCP included. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Why an answer is none, or null. */
  readonly refusal: (reply: Buffer) => string | null
}
export type Exchanged =
  | { readonly kind: 'reply'; readonly message: Buffer }
  | { readonly kind: 'silent' }
  | { readonly kind: 'unreachable'; readonly code: string }
  /** Something came, and nothing of it was taken. */
  | { readonly kind: 'forged'; readonly why: string }

/** RFC 1035 §2.3.4. */
const UDP_OCTETS_MAX = 512
const UDP_SENDS_MAX = 3
/** An attacker who guesses gets no more tries than this in one question. */
const UDP_REFUSED_MAX = 20

/** Rejects only when the signal aborts. */
export async function exchange(endpoint: DnsEndpoint, message: Buffer, options: ExchangeOptions): Promise<Exchanged> {
  options.signal.throwIfAborted()
  const startedMs = options.clock.monotonicMs()
  if (endpoint.protocol === 'udp' && message.length <= UDP_OCTETS_MAX) {
    const exchanged = await overUdp(endpoint, message, options)
    options.signal.throwIfAborted()
    if (exchanged.kind !== 'reply' || decodeReply(exchanged.message)?.truncated !== true) return exchanged
  }
  const leftMs = Math.max(1, options.timeoutMs - (options.clock.monotonicMs() - startedMs))
  const exchanged = await overTcp(endpoint, message, { ...options, timeoutMs: leftMs })
  options.signal.throwIfAborted()
  return exchanged
}

function overUdp({ host, port }: DnsEndpoint, message: Buffer, { clock, timeoutMs, signal, refusal }: ExchangeOptions): Promise<Exchanged> {
  const { promise, resolve } = Promise.withResolvers<Exchanged>()
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  let [sends, refused, cancel] = [0, 0, () => {}]
  let nothing: Exchanged = { kind: 'silent' }
  const end = (exchanged: Exchanged) => {
    cancel()
    signal.removeEventListener('abort', giveUp)
    socket.removeAllListeners()
    socket.on('error', () => {})
    try {
      socket.close()
    } catch (error) {
      // It was never opened, or is closed: node says so with this code.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SOCKET_DGRAM_NOT_RUNNING') throw error
    }
    resolve(exchanged)
  }
  const giveUp = () => { end(nothing) }
  const send = () => {
    if (sends++ === UDP_SENDS_MAX) { giveUp(); return }
    socket.send(message)
    cancel = clock.after(timeoutMs / UDP_SENDS_MAX, send)
  }
  socket.on('error', error => { end({ kind: 'unreachable', code: codeOf(error) }) })
  socket.on('message', reply => {
    if (reply.length < 2 || reply.readUInt16BE(0) !== message.readUInt16BE(0)) return
    const why = decodeReply(reply)?.truncated === true ? null : refusal(reply)
    if (why === null) { end({ kind: 'reply', message: reply }); return }
    nothing = { kind: 'forged', why }
    if (++refused === UDP_REFUSED_MAX) giveUp()
  })
  signal.addEventListener('abort', giveUp, { once: true })
  // Connected: the kernel hands over only what comes from that address and port. Not as its callback, which is told of failures too.
  socket.once('connect', send)
  socket.connect(port, host)
  return promise
}

function overTcp({ host, port }: DnsEndpoint, message: Buffer, { clock, timeoutMs, signal, refusal }: ExchangeOptions): Promise<Exchanged> {
  const { promise, resolve } = Promise.withResolvers<Exchanged>()
  const socket = connect(port, host)
  let received = Buffer.alloc(0)
  const end = (exchanged: Exchanged) => {
    cancel()
    signal.removeEventListener('abort', giveUp)
    socket.removeAllListeners()
    socket.on('error', () => {})
    socket.destroy()
    resolve(exchanged)
  }
  const giveUp = () => { end({ kind: 'silent' }) }
  const cancel = clock.after(timeoutMs, giveUp)
  socket.on('error', error => { end({ kind: 'unreachable', code: codeOf(error) }) })
  socket.on('close', () => { end({ kind: 'unreachable', code: 'closed' }) })
  socket.on('connect', () => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(message.length)
    socket.write(Buffer.concat([length, message]))
  })
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    if (received.length > 2 + MESSAGE_OCTETS_MAX) { end({ kind: 'unreachable', code: 'too long' }); return }
    if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
    const reply = received.subarray(2, 2 + received.readUInt16BE(0))
    const isOther = reply.length < 2 || reply.readUInt16BE(0) !== message.readUInt16BE(0)
    const why = isOther ? 'it answers another question' : refusal(reply)
    end(why === null ? { kind: 'reply', message: reply } : { kind: 'forged', why })
  })
  signal.addEventListener('abort', giveUp, { once: true })
  return promise
}

function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message
}
