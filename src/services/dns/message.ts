/** Messages as octets: questions and updates out, replies in (RFC 1035 §4, RFC 2136 §2). */
import { decodeName, encodeName } from './name.ts'
import type { DnsRecord, RecordType } from './record.ts'
import { RECORD_TYPES } from './record.ts'

export const MESSAGE_OCTETS_MAX = 65_535
/** Of all sections of a reply. */
const RESOURCES_MAX = 500
const HEADER_OCTETS = 12
export const CLASS = { IN: 1, NONE: 254, ANY: 255 } as const
const OPCODE = { query: 0, update: 5 } as const
export const RCODE = {
  noError: 0, formErr: 1, servFail: 2, nxDomain: 3, notImp: 4, refused: 5, yxDomain: 6, yxRrset: 7, nxRrset: 8, notAuth: 9, notZone: 10,
} as const

/** As it stands in a message; `start`: where it begins. */
export interface Resource {
  readonly owner: string
  readonly type: number
  readonly class: number
  readonly ttlS: number
  readonly rdata: Buffer
  readonly start: number
}
export interface Reply {
  readonly id: number
  readonly authoritative: boolean
  readonly truncated: boolean
  readonly rcode: number
  readonly question: { readonly name: string; readonly type: number } | null
  readonly answer: readonly Resource[]
  readonly authority: readonly Resource[]
  readonly additional: readonly Resource[]
}
export interface RrsetChange {
  readonly owner: string
  readonly type: RecordType
  readonly ttlS: number
  readonly records: readonly DnsRecord[]
  /** What it takes the place of; the server refuses when anything else is there. */
  readonly before: readonly DnsRecord[]
}

export function encodeQuery(id: number, owner: string, type: RecordType): Buffer {
  return Buffer.concat([header(id, OPCODE.query, [1, 0, 0]), section(owner, RECORD_TYPES[type])])
}

/** Atomic: all of it or nothing (RFC 2136 §3.4). */
export function encodeUpdate(id: number, zone: string, { owner, type, ttlS, records, before }: RrsetChange): Buffer {
  const code = RECORD_TYPES[type]
  const prerequisites = before.length === 0
    ? [resource(owner, code, CLASS.NONE, 0)]
    : before.map(({ rdata }) => resource(owner, code, CLASS.IN, 0, rdata))
  const updates = [
    ...before.length === 0 ? [] : [resource(owner, code, CLASS.ANY, 0)],
    ...records.map(({ rdata }) => resource(owner, code, CLASS.IN, ttlS, rdata)),
  ]
  return Buffer.concat([
    header(id, OPCODE.update, [1, prerequisites.length, updates.length]), section(zone, RECORD_TYPES.SOA), ...prerequisites, ...updates,
  ])
}

/** Null: it is no reply, or not a whole one. */
export function decodeReply(message: Buffer): Reply | null {
  if (message.length < HEADER_OCTETS || message.length > MESSAGE_OCTETS_MAX) return null
  const flags = message.readUInt16BE(2)
  if ((flags & 0x8000) === 0) return null
  const [questions, ...counts] = [4, 6, 8, 10].map(at => message.readUInt16BE(at)) as [number, number, number, number]
  if (questions > 1 || counts.reduce((sum, count) => sum + count, 0) > RESOURCES_MAX) return null
  let at = HEADER_OCTETS
  let question: Reply['question'] = null
  if (questions === 1) {
    const asked = decodeName(message, at)
    if (asked === null || asked.end + 4 > message.length) return null
    question = { name: asked.name, type: message.readUInt16BE(asked.end) }
    at = asked.end + 4
  }
  const sections: Resource[][] = []
  for (const count of counts) {
    const resources: Resource[] = []
    for (let nth = 0; nth < count; nth++) {
      const read = decodeResource(message, at)
      if (read === null) return null
      resources.push(read.resource)
      at = read.end
    }
    sections.push(resources)
  }
  const [answer = [], authority = [], additional = []] = sections
  return {
    id: message.readUInt16BE(0), authoritative: (flags & 0x0400) !== 0, truncated: (flags & 0x0200) !== 0, rcode: flags & 0x000f,
    question, answer, authority, additional,
  }
}

/** Those of `resources` that are records of this name and type. */
export function recordsOf(resources: readonly Resource[], owner: string, type: RecordType): (DnsRecord & { readonly ttlS: number })[] {
  return resources
    .filter(each => each.owner === owner.toLowerCase() && each.type === RECORD_TYPES[type] && each.class === CLASS.IN)
    .map(({ rdata, ttlS }) => ({ type, rdata, ttlS }))
}

/** With the octets of all of it; `rdata` absent: length 0, as deletions and prerequisites have it. */
export function resource(owner: string, type: number, ofClass: number, ttlS: number, rdata: Buffer = Buffer.alloc(0)): Buffer {
  const fixed = Buffer.alloc(10)
  fixed.writeUInt16BE(type, 0)
  fixed.writeUInt16BE(ofClass, 2)
  fixed.writeUInt32BE(ttlS, 4)
  fixed.writeUInt16BE(rdata.length, 8)
  return Buffer.concat([encodeName(owner), fixed, rdata])
}

function header(id: number, opcode: number, [questions, answers, authority]: readonly [number, number, number]): Buffer {
  const octets = Buffer.alloc(HEADER_OCTETS)
  for (const [nth, value] of [id, opcode << 11, questions, answers, authority, 0].entries()) octets.writeUInt16BE(value, 2 * nth)
  return octets
}

function section(name: string, type: number): Buffer {
  const fixed = Buffer.alloc(4)
  fixed.writeUInt16BE(type, 0)
  fixed.writeUInt16BE(CLASS.IN, 2)
  return Buffer.concat([encodeName(name), fixed])
}

function decodeResource(message: Buffer, start: number): { readonly resource: Resource; readonly end: number } | null {
  const owner = decodeName(message, start)
  if (owner === null || owner.end + 10 > message.length) return null
  const [type, ofClass] = [message.readUInt16BE(owner.end), message.readUInt16BE(owner.end + 2)]
  const from = owner.end + 10
  const end = from + message.readUInt16BE(owner.end + 8)
  if (end > message.length) return null
  const rdata = wholeRdata(message, type, from, end)
  if (rdata === null) return null
  return { resource: { owner: owner.name, type, class: ofClass, ttlS: message.readUInt32BE(owner.end + 4), rdata, start }, end }
}

/** Where names stand in the types whose names may be compressed (RFC 3597 §4); SRV for older servers. */
const NAMES_AFTER: Readonly<Record<number, number>> = {
  [RECORD_TYPES.NS]: 0, [RECORD_TYPES.CNAME]: 0, [RECORD_TYPES.MX]: 2, [RECORD_TYPES.SRV]: 6,
}

function wholeRdata(message: Buffer, type: number, from: number, end: number): Buffer | null {
  const before = NAMES_AFTER[type]
  if (before === undefined || from === end) return Buffer.from(message.subarray(from, end))
  const target = decodeName(message, from + before)
  if (target === null || target.end !== end || target.name.includes('\\')) return null
  return Buffer.concat([message.subarray(from, from + before), encodeName(target.name)])
}
