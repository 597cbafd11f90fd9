/**
 * SMTP (RFC 5321) and LMTP (RFC 2033) for incoming mail. Nobody logs in and nothing is relayed: a recipient is accepted
 * only when the sink knows the address. A message ends only with CRLF . CRLF; bare LF inside it is text, so no second
 * message can be smuggled in (README.md).
 */
import type { Socket } from 'node:net'
import { SMTPServer } from 'smtp-server'
import type {
  SMTPServerAddress, SMTPServerDataResult, SMTPServerDataStream, SMTPServerEnvelope, SMTPServerSession,
} from 'smtp-server'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { errorText } from '../../errors.ts'
import type { Protocol, ProtocolServer, ServerSettings } from '../protocol-server.ts'
import { Conversation } from './conversation.ts'
import type { MailTraces } from './conversation.ts'
import { Intake } from './intake.ts'
import type { Taken } from './intake.ts'
import { MAIL_LIMITS } from './limits.ts'
import type { MailLimits } from './limits.ts'
import { MailConnection } from './mail-connection.ts'
import type { DeliveryResult, MailSink } from './mail-sink.ts'
import { Refusal, refusalOf, replyForAll, replyForOne } from './reply.ts'
import type { Reply } from './reply.ts'
import { asciiDomain, traceHeader } from './trace.ts'

export interface MailOptions<Recipient> {
  /** How the server calls itself. */
  readonly hostname: string
  readonly sink: MailSink<Recipient>
  readonly clock: Clock
  readonly log: Log
  readonly limits?: Partial<MailLimits>
  /** Left out: nothing is remembered of what happens. */
  readonly traces?: MailTraces<Recipient>
}

export interface MailProtocols { readonly smtp: Protocol; readonly lmtp: Protocol }

/** Both protocols of one node; they share the limit on mail that is on its way in. */
export function mailProtocols<Recipient>(options: MailOptions<Recipient>): MailProtocols {
  const limits = { ...MAIL_LIMITS, ...options.limits }
  const intake = new Intake(limits.messageBytesMax, limits.intakeBytesMax)
  const protocol = (name: 'smtp' | 'lmtp'): Protocol => ({
    create: settings => protocolServer(new MailServer({ ...options, limits, intake, name, settings })),
  })
  return { smtp: protocol('smtp'), lmtp: protocol('lmtp') }
}

function protocolServer<Recipient>(server: MailServer<Recipient>): ProtocolServer {
  return {
    refusal: '421 4.3.2 too many connections, try again later\r\n',
    accept(socket) { server.connect(socket) },
    renew(secure) { server.updateSecureContext({ ...secure }) },
    drain() { server.drain() },
    close() {},
  }
}

interface MailServerOptions<Recipient> extends MailOptions<Recipient> {
  readonly limits: MailLimits
  readonly intake: Intake
  readonly name: 'smtp' | 'lmtp'
  readonly settings: ServerSettings
}

/** The accepted recipients of one transaction. */
interface Accepted<Recipient> {
  readonly addresses: string[]
  readonly recipients: Recipient[]
  /** For each accepted RCPT its recipient's index: who is named twice has two replies (RFC 2033 §4.2). */
  readonly order: number[]
}

/** Joke commands of the library, and those that let a client speak for another. */
const DISABLED_COMMANDS = ['AUTH', 'XCLIENT', 'XFORWARD', 'WIZ', 'SHELL', 'KILL']
const UNTRACED: MailTraces<unknown> = { record: () => {}, accountId: () => '' }
const NON_ASCII = /[^\p{ASCII}]/u

/** What smtp-server is answered with: nothing is success. */
type Callback = (error?: Error | null) => void
type DataCallback = (error?: Error | null, reply?: string | SMTPServerDataResult[]) => void

class MailServer<Recipient> extends SMTPServer {
  readonly #mail: MailServerOptions<Recipient>
  readonly #clients = new WeakMap<SMTPServerSession, MailConnection>()
  readonly #conversations = new WeakMap<SMTPServerSession, Conversation<Recipient>>()
  readonly #accepted = new WeakMap<SMTPServerEnvelope, Accepted<Recipient>>()
  #draining = false

  constructor(mail: MailServerOptions<Recipient>) {
    const { limits, settings } = mail
    super({
      ...settings.secure,
      name: mail.hostname, heloResponse: '%s at your service', lmtp: mail.name === 'lmtp', logger: false,
      secure: settings.tls === 'implicit', secured: settings.tls === 'implicit',
      disabledCommands: settings.tls === 'upgrade' ? DISABLED_COMMANDS : [...DISABLED_COMMANDS, 'STARTTLS'],
      authOptional: true, disableReverseLookup: true, hideENHANCEDSTATUSCODES: false,
      size: limits.messageBytesMax, maxCommandLength: limits.commandBytesMax, socketTimeout: limits.idleMsMax,
    })
    this.#mail = mail
    const { listener } = settings
    this.on('error', error => { mail.log.debug({ listener, error: error.message }, 'connection failed') })
  }

  override connect(socket: Socket): void {
    const { name, settings, limits, clock, traces = UNTRACED } = this.#mail
    const { tlsTimeoutMs, noDelay } = settings
    const conversation = new Conversation(traces, clock, settings.listener)
    const connection = new MailConnection(this, socket, {
      greetAtOnce: name === 'lmtp', errorsMax: limits.errorsMax, tlsTimeoutMs, noDelay, clock,
      greeted: domain => { conversation.greeted(domain) }, reset: () => { conversation.abandon() },
    })
    this.#conversations.set(connection.session, conversation)
    this.#clients.set(connection.session, connection)
    this.connections.add(connection)
    connection.on('error', error => { this.emit('error', error) })
    connection.init()
  }

  /** Ends idle connections; the others end with their transaction. */
  drain(): void {
    this.#draining = true
    for (const connection of [...this.connections]) {
      if (connection instanceof MailConnection && connection.idle) goodbye(connection)
    }
  }

  override onMailFrom(address: SMTPServerAddress, session: SMTPServerSession, callback: Callback): void {
    const refused = this.#draining ? closing() : refuseAddress(address, session)
    if (refused === null) this.#conversations.get(session)?.begin(asciiDomain(address.address), session)
    callback(refused)
  }

  override onClose(session: SMTPServerSession, callback: Callback): void {
    this.#conversations.get(session)?.abandon()
    callback()
  }

  override onRcptTo(address: SMTPServerAddress, session: SMTPServerSession, callback: Callback): void {
    this.#run(async () => {
      const refused = await this.#recipient(address, session)
      const conversation = this.#conversations.get(session)
      if (refused === null) conversation?.accepted(asciiDomain(address.address))
      else conversation?.refused(asciiDomain(address.address), refused)
      callback(refused)
    })
  }

  override onData(stream: SMTPServerDataStream, session: SMTPServerSession, callback: DataCallback): void {
    this.#run(async () => {
      const reply = await this.#message(stream, session)
      if (reply instanceof Refusal) callback(reply)
      else callback(null, reply)
      const connection = this.#clients.get(session)
      if (this.#draining && connection !== undefined) goodbye(connection)
    })
  }

  /** Null when the recipient was taken into the transaction. */
  async #recipient(address: SMTPServerAddress, session: SMTPServerSession): Promise<Refusal | null> {
    const { addresses, recipients, order } = this.#transaction(session)
    if (order.length >= this.#mail.limits.recipientsMax) return new Refusal(452, '4.5.3', 'too many recipients')
    const refused = refuseAddress(address, session)
    if (refused !== null) return refused
    const name = asciiDomain(address.address).toLowerCase()
    const known = addresses.indexOf(name)
    if (known >= 0) {
      order.push(known)
      return null
    }
    try {
      const recipient = await this.#mail.sink.recipient(name, declaredOctets(session))
      if (recipient === null) return new Refusal(550, '5.1.1', 'no such mailbox here')
      addresses.push(name)
      order.push(recipients.push(recipient) - 1)
      return null
    } catch (error) {
      return this.#refusal(error)
    }
  }

  /** What is answered to the message: one reply, or for LMTP one for each accepted RCPT. */
  async #message(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<Refusal | string | Reply[]> {
    const { intake, clock, limits, name } = this.#mail
    const accepted = this.#transaction(session)
    const conversation = this.#conversations.get(session)
    const cancel = clock.after(limits.dataMsMax, () => { stream.destroy(late()) })
    conversation?.receiving()
    try {
      const head = () => this.#head(session, accepted)
      const results = await intake.take(stream, head, taken => this.#deliver(taken, session, accepted))
      if (name === 'smtp') return replyForAll(results, accepted.addresses)
      return accepted.order.map(index => replyForOne(results[index]))
    } catch (error) {
      const refusal = stream.readableEnded ? this.#refusal(error) : broken(error)
      conversation?.rejected(refusal)
      if (!stream.readableEnded) return refusal
      return name === 'smtp' ? refusal : accepted.order.map(() => refusal)
    } finally {
      conversation?.replied()
      cancel()
    }
  }

  async #deliver(
    taken: Taken, session: SMTPServerSession, { addresses, recipients }: Accepted<Recipient>,
  ): Promise<readonly DeliveryResult[]> {
    const { sink, log, settings, limits } = this.#mail
    if (taken.kind === 'too-large') throw new Refusal(552, '5.3.4', `the limit is ${limits.messageBytesMax} bytes`)
    if (taken.kind === 'busy') throw new Refusal(452, '4.3.1', 'too much mail at once, try again later')
    const { content } = taken
    const conversation = this.#conversations.get(session)
    conversation?.received(content.length)
    const results = await sink.deliver({ mailFrom: sender(session), recipients, content })
    for (const [index, address] of addresses.entries()) conversation?.delivered(address, recipients[index], results[index])
    const { listener } = settings
    log.debug({ listener, id: session.id, bytes: content.length, recipients: recipients.length }, 'message')
    return results
  }

  #head(session: SMTPServerSession, { addresses, order }: Accepted<Recipient>): Buffer {
    const { name, hostname, clock } = this.#mail
    const { hostNameAppearsAs: helo, remoteAddress, openingCommand, envelope, tlsOptions, id } = session
    return Buffer.from(traceHeader({
      mailFrom: sender(session), hostname, helo, remoteAddress, protocol: name,
      extended: openingCommand !== 'HELO', utf8: envelope.smtpUtf8 === true,
      tls: tlsOptions === false ? null : `${tlsOptions.version} ${tlsOptions.standardName}`,
      id, recipient: order.length === 1 ? addresses[0] ?? null : null, at: clock.now(),
    }))
  }

  #transaction(session: SMTPServerSession): Accepted<Recipient> {
    const accepted = this.#accepted.get(session.envelope) ?? { addresses: [], recipients: [], order: [] }
    this.#accepted.set(session.envelope, accepted)
    return accepted
  }

  #refusal(error: unknown): Refusal {
    const { refusal, expected } = refusalOf(error)
    if (!expected) this.#error(error, 'mail could not be taken')
    return refusal
  }

  /** Nothing that happens on one connection may end the process. */
  #run(work: () => Promise<void>): void {
    work().catch((error: unknown) => { this.#error(error, 'a mail connection failed') })
  }

  #error(error: unknown, message: string): void {
    this.#mail.log.error({ listener: this.#mail.settings.listener, error: errorText(error) }, message)
  }
}

function sender(session: SMTPServerSession): string {
  return session.envelope.mailFrom === false ? '' : asciiDomain(session.envelope.mailFrom.address)
}

/** SIZE of MAIL (RFC 1870), which the library has compared with the limit; 0: the client did not say. */
function declaredOctets({ envelope: { mailFrom } }: SMTPServerSession): number {
  const args: unknown = mailFrom === false ? null : mailFrom.args
  const size = typeof args === 'object' && args !== null && 'SIZE' in args ? Number(args.SIZE) : 0
  return Number.isSafeInteger(size) && size > 0 ? size : 0
}

/** RFC 6531 §3.4: only who asks for SMTPUTF8 may use it. The library decodes domains, whatever the client sent. */
function refuseAddress(address: SMTPServerAddress, session: SMTPServerSession): Refusal | null {
  if (session.envelope.smtpUtf8 === true || !NON_ASCII.test(asciiDomain(address.address))) return null
  return new Refusal(553, '5.6.7', 'this address needs SMTPUTF8')
}

/** The text of the message never came to its end: the client has gone, or was told to. */
function broken(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal(421, '4.4.2', 'the connection was lost')
}

function late(): Refusal {
  return new Refusal(421, '4.4.2', 'the message took too long')
}

function closing(): Refusal {
  return new Refusal(421, '4.3.2', 'this server is closing, try again')
}

function goodbye(connection: MailConnection): void {
  connection.send(421, closing().message)
}
