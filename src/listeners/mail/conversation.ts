/**
 * What a client and the server have said to each other about one message, as it is kept as its trace. One conversation
 * for each connection; a trace ends with the reply to the message, or when the client gives up, and there is none before
 * the first recipient was named. Everything in it is bounded, and nothing of the message's text is in it.
 */
import type { SMTPServerSession } from 'smtp-server'
import type { Clock } from '../../base/clock.ts'
import type { Id } from '../../base/ids.ts'
import type { TraceEventData, TraceEventName } from '../../registry/objects/trace.ts'
import type { Trace } from '../../services/ports.ts'
import type { DeliveryResult } from './mail-sink.ts'
import type { Refusal } from './reply.ts'

export interface MailTraces<Recipient> {
  /** Does not wait for the store. */
  record(trace: Omit<Trace, 'id'>): void
  accountId(recipient: Recipient): Id
}

/** Named recipients, accepted or refused, whose fate is kept; there is one result for each accepted one besides. */
const RECIPIENTS_MAX = 150
/** RFC 5321 §4.5.3.1: an address and a reply are shorter. */
const VALUE_CHARS_MAX = 320

interface Message {
  readonly from: string
  readonly recipients: Set<string>
  readonly events: TraceEventData[]
  size: number
}

export class Conversation<Recipient> {
  readonly #traces: MailTraces<Recipient>
  readonly #clock: Clock
  readonly #listenerId: string
  readonly #connectedAt: number
  #greeting: TraceEventData | null = null
  #message: Message | null = null
  #receiving = false

  constructor(traces: MailTraces<Recipient>, clock: Clock, listenerId: string) {
    this.#traces = traces
    this.#clock = clock
    this.#listenerId = listenerId
    this.#connectedAt = clock.now()
  }

  /** RFC 5321 §4.1.4: as RSET, besides. */
  greeted(domain: string): void {
    this.abandon()
    this.#greeting = this.#event('smtp.ehlo', { domain })
  }

  begin(from: string, { remoteAddress, remotePort, tlsOptions }: SMTPServerSession): void {
    this.abandon()
    const { version = '', standardName = '' } = tlsOptions === false ? {} : tlsOptions
    this.#message = {
      from: cut(from.toLowerCase()), recipients: new Set(), size: 0,
      events: [
        { ...this.#event('smtp.connection-start', { remoteIp: remoteAddress, remotePort, listenerId: this.#listenerId }), at: this.#connectedAt },
        ...this.#greeting === null ? [] : [this.#greeting],
        this.#event('smtp.mail-from', { from, ...version === '' ? {} : { tls: `${version} ${standardName}` } }),
      ],
    }
  }

  accepted(to: string): void { this.#recipient('smtp.rcpt-to', to, {}) }

  refused(to: string, refusal: Refusal): void { this.#recipient('smtp.rcpt-to-rejected', to, reasonOf(refusal)) }

  /** The message begins to come in: from here on `replied` ends it, also when the connection is lost. */
  receiving(): void { this.#receiving = true }

  received(size: number): void {
    if (this.#message === null) return
    this.#message.size = size
    this.#add('smtp.data', { size })
  }

  delivered(to: string, recipient: Recipient | undefined, result: DeliveryResult | undefined): void {
    if (result === undefined || recipient === undefined) return
    if (result.kind === 'delivered') {
      this.#add('delivery.delivered', { to, accountId: this.#traces.accountId(recipient), documentId: result.id })
    } else {
      this.#add('delivery.rejected', { to, code: result.code, reason: `${result.enhanced} ${result.text}` })
    }
  }

  rejected(refusal: Refusal): void { this.#add('smtp.message-rejected', reasonOf(refusal)) }

  replied(): void {
    this.#receiving = false
    this.#end()
  }

  /** The client begins anew, or has gone. */
  abandon(): void {
    if (this.#receiving) return
    this.#add('smtp.abandoned', {})
    this.#end()
  }

  #end(): void {
    const message = this.#message
    this.#message = null
    if (message === null || message.recipients.size === 0) return
    this.#traces.record({ ...message, recipients: [...message.recipients] })
  }

  #recipient(event: TraceEventName, to: string, values: TraceEventData['values']): void {
    if (this.#message === null || this.#message.recipients.size >= RECIPIENTS_MAX) return
    const address = cut(to.toLowerCase())
    if (this.#message.recipients.has(address)) return
    this.#message.recipients.add(address)
    this.#add(event, { to: address, ...values })
  }

  #add(event: TraceEventName, values: TraceEventData['values']): void {
    this.#message?.events.push(this.#event(event, values))
  }

  #event(event: TraceEventName, values: TraceEventData['values']): TraceEventData {
    const short = Object.entries(values).map(([key, value]) => [key, typeof value === 'string' ? cut(value) : value])
    return { event, at: this.#clock.now(), values: Object.fromEntries(short) as TraceEventData['values'] }
  }
}

function reasonOf({ responseCode, message }: Refusal): TraceEventData['values'] {
  return { code: responseCode, reason: message }
}

function cut(text: string): string {
  return text.slice(0, VALUE_CHARS_MAX).toWellFormed()
}
