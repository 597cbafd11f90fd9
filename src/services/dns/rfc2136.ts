/** DnsUpdater over a server that takes signed dynamic updates (RFC 2136, RFC 8945). Questions are signed too: a forged answer would decide what is overwritten. */
import { randomInt } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { dnsFailure } from './dns-failure.ts'
import type { DnsFailure, DnsFailureCause } from './dns-failure.ts'
import type { DnsUpdater, Rrset, Written } from './dns-updater.ts'
import { exchange } from './exchange.ts'
import type { DnsEndpoint } from './exchange.ts'
import { decodeReply, encodeQuery, encodeUpdate, MESSAGE_OCTETS_MAX, RCODE, recordsOf } from './message.ts'
import type { Reply, RrsetChange } from './message.ts'
import { isPlainName, isWithin } from './name.ts'
import type { DnsRecord, RecordType } from './record.ts'
import { sign, verify } from './tsig.ts'
import type { TsigKey } from './tsig.ts'

export interface Rfc2136Options extends DnsEndpoint {
  readonly zone: string
  readonly key: TsigKey
  /** Of one question or update. */
  readonly timeoutMs: number
  readonly clock: Clock
}

const SIGNATURE_OCTETS_MAX = 512

export class Rfc2136 implements DnsUpdater {
  readonly #options: Rfc2136Options

  constructor(options: Rfc2136Options) {
    this.#options = options
  }

  async read(owner: string, type: RecordType, signal: AbortSignal): Promise<Rrset | DnsFailure> {
    if (!isPlainName(owner)) return this.#failure('badName', owner)
    const reply = await this.#ask(encodeQuery(newId(), owner, type), signal)
    if (reply.kind === 'failure') return reply
    const { message } = reply
    if (message.rcode !== RCODE.noError && message.rcode !== RCODE.nxDomain) return this.#refused(message)
    // Another server's answer may be old, and an empty one says nothing.
    if (!message.authoritative) return this.#failure('notAuthoritative')
    const found = recordsOf(message.answer, owner, type)
    return { kind: 'rrset', ttlS: found[0]?.ttlS ?? 0, records: found.map(({ rdata }) => ({ type, rdata })) }
  }

  async replace(owner: string, type: RecordType, change: Omit<RrsetChange, 'owner' | 'type'>, signal: AbortSignal): Promise<Written | DnsFailure> {
    const { zone } = this.#options
    if (!isWithin(owner, zone)) return this.#failure('notZone', `${owner} is not in ${zone}`)
    if (!isPlainName(owner)) return this.#failure('badName', owner)
    const update = encodeUpdate(newId(), zone, { ...change, owner, type })
    if (update.length > MESSAGE_OCTETS_MAX - SIGNATURE_OCTETS_MAX) return this.#failure('tooLarge')
    const reply = await this.#ask(update, signal)
    if (reply.kind === 'failure') return reply
    return reply.message.rcode === RCODE.noError ? { kind: 'written' } : this.#refused(reply.message)
  }

  remove(owner: string, type: RecordType, before: readonly DnsRecord[], signal: AbortSignal): Promise<Written | DnsFailure> {
    return this.replace(owner, type, { ttlS: 0, records: [], before }, signal)
  }

  async #ask(message: Buffer, signal: AbortSignal): Promise<{ readonly kind: 'reply'; readonly message: Reply } | DnsFailure> {
    const { clock, key, timeoutMs } = this.#options
    const signed = sign(message, key, clock.now())
    const judge = (reply: Buffer) => verify(reply, signed.mac, key, clock.now())
    const exchanged = await exchange(this.#options, signed.message, {
      clock, timeoutMs, signal,
      refusal(reply) {
        const verdict = judge(reply)
        return verdict.kind === 'forged' ? verdict.why : null
      },
    })
    if (exchanged.kind !== 'reply') {
      return this.#failure(exchanged.kind, exchanged.kind === 'unreachable' ? exchanged.code : exchanged.kind === 'forged' ? exchanged.why : undefined)
    }
    const verdict = judge(exchanged.message)
    if (verdict.kind === 'badTime') return this.#failure('badTime', `${Math.abs(verdict.offS)} s ${verdict.offS > 0 ? 'later' : 'earlier'} than here`)
    if (verdict.kind !== 'verified') return this.#failure(verdict.kind)
    const reply = decodeReply(exchanged.message)
    return reply === null ? this.#failure('malformed') : { kind: 'reply', message: reply }
  }

  #refused({ rcode }: Reply): DnsFailure {
    const cause = CAUSES[rcode]
    return cause === undefined ? this.#failure('malformed', `it says error ${rcode}`) : this.#failure(cause)
  }

  #failure(cause: DnsFailureCause, detail?: string): DnsFailure {
    const { host, port } = this.#options
    return dnsFailure(cause, `${host}:${port}`, detail)
  }
}

const CAUSES: Readonly<Record<number, DnsFailureCause>> = {
  [RCODE.formErr]: 'malformed', [RCODE.servFail]: 'serverFailure', [RCODE.notImp]: 'notImplemented', [RCODE.refused]: 'refused',
  [RCODE.yxRrset]: 'changed', [RCODE.nxRrset]: 'changed', [RCODE.yxDomain]: 'changed', [RCODE.nxDomain]: 'changed',
  [RCODE.notAuth]: 'notAuthoritative', [RCODE.notZone]: 'notZone',
}

/** Nobody who does not see the question can guess it. */
function newId(): number {
  return randomInt(0x1_0000)
}
