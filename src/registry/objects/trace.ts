/**
 * Trace: what happened to one message that came in, from the connection to the mailboxes. Nodes write them
 * (services/telemetry); people read and destroy them, and they end with their retention (DataRetention.holdTracesFor).
 * Events and keys are closed lists: a new one is a line here. Nothing of a message's text is in a trace, and no secret.
 */
import { embedded, enumType, number, objectList, oneOf, shape, string, utcDateTime, variants } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import { isId, timeOf } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Condition, ObjectBackend } from '../ops/backend.ts'
import { object } from '../schema/object.ts'
import type { Stored } from '../schema/object.ts'
import { refusal } from '../set-error.ts'
import { formatDate } from '../values/date.ts'
import { bothRanges, dateRange } from './date-range.ts'
import type { DateRange } from './date-range.ts'

const EVENT = enumType('EventType', [
  { name: 'smtp.connection-start', label: 'A client connected' },
  { name: 'smtp.ehlo', label: 'It said who it is' },
  { name: 'smtp.mail-from', label: 'It began a message' },
  { name: 'smtp.rcpt-to', label: 'A recipient was accepted' },
  { name: 'smtp.rcpt-to-rejected', label: 'A recipient was refused' },
  { name: 'smtp.data', label: 'The message was received' },
  { name: 'smtp.message-rejected', label: 'The message was refused' },
  { name: 'smtp.abandoned', label: 'The client gave up before the message' },
  { name: 'delivery.delivered', label: 'Stored for a recipient' },
  { name: 'delivery.rejected', label: 'Refused for a recipient' },
])
export type TraceEventName = NonNullable<(typeof EVENT)['_names']>

const KEY = enumType('Key', [
  { name: 'accountId', label: 'Account' },
  { name: 'code', label: 'Reply code' },
  { name: 'documentId', label: 'Message in the account' },
  { name: 'domain', label: 'Name given' },
  { name: 'from', label: 'Sender' },
  { name: 'listenerId', label: 'Listener' },
  { name: 'reason', label: 'Reason' },
  { name: 'remoteIp', label: 'Address' },
  { name: 'remotePort', label: 'Port' },
  { name: 'size', label: 'Size' },
  { name: 'tls', label: 'TLS' },
  { name: 'to', label: 'Recipient' },
])
export type TraceKey = NonNullable<(typeof KEY)['_names']>

const VALUE = variants('TraceValue', [
  { name: 'String', label: 'Text', shape: shape('TraceValueString', { value: string('The text.', { minLength: 0 }) }) },
  { name: 'UnsignedInt', label: 'Number', shape: shape('TraceValueUnsignedInt', { value: number('The number.', 'unsignedInteger', { default: 0 }) }) },
  { name: 'IpAddr', label: 'IP address', shape: shape('TraceValueIpAddr', { value: string('The address.', { format: 'ipAddress' }) }) },
])
const KEY_VALUE = shape('TraceKeyValue', {
  key: oneOf(KEY, 'What it says something about.'),
  value: embedded(VALUE, 'What it says.'),
})
const TRACE_EVENT = shape('TraceEvent', {
  event: oneOf(EVENT, 'What happened.'),
  timestamp: utcDateTime('When.', { label: 'When' }),
  keyValues: objectList(KEY_VALUE, 'To whom, from where, why.', { label: 'Details' }),
})
const byServer = { update: 'serverSet' } as const

/** Longer ones are cut: so much of a list of recipients is shown, all of them are found. */
const TO_CHARS_MAX = 1_000

export const trace = object({
  name: 'Trace',
  label: 'Trace',
  doc: 'What happened to one message that came in: who sent it from where, who was to get it, and who did.',
  verbs: ['Get', 'Query', 'Destroy'],
  fields: {
    timestamp: utcDateTime('When it was over.', { ...byServer, label: 'When' }),
    from: string('The sender of the envelope; empty for notifications.', { ...byServer, minLength: 0 }),
    to: string('The recipients of the envelope, those who were refused too.', { ...byServer, minLength: 0 }),
    size: number('How large the message was.', 'size', byServer),
    events: objectList(TRACE_EVENT, 'What happened, in order.', byServer),
  },
  columns: ['timestamp', 'from', 'to', 'size'],
  filters: {
    text: { type: { type: 'string', format: 'string', maxLength: 200 }, label: 'Words of addresses, hosts and replies' },
    timestamp: { type: { type: 'utcDateTime' }, label: 'When', range: true },
    from: { type: { type: 'string', format: 'string', minLength: 0 }, label: 'Sender', canonical: text => text.toLowerCase() },
    to: { type: { type: 'string', format: 'string' }, label: 'Recipient', canonical: text => text.toLowerCase() },
  },
  order: { properties: ['timestamp'], ascending: false },
  sections: [{ title: 'Message', fields: ['timestamp', 'from', 'to', 'size'] }, { title: 'Events', fields: ['events'] }],
  menu: { section: 'Management', icon: 'activity', group: 'Telemetry', link: 'Received mail' },
})

/** An event as it is stored; `at` in ms since 1970. */
export type TraceEventData = {
  readonly event: TraceEventName
  readonly at: number
  readonly values: Readonly<Partial<Record<TraceKey, string | number>>>
}
export interface TraceData {
  readonly id: Id
  readonly from: string
  readonly recipients: readonly string[]
  readonly size: number
  readonly events: readonly JsonObject[]
}
/** All that are given must hold. */
export interface TraceConditions {
  /** In ms since 1970, inclusive. */
  readonly time?: DateRange
  readonly from?: string
  readonly to?: string
  /** Each must occur with all of its words. */
  readonly texts?: readonly string[]
  readonly id?: Id
}
/** The stored traces, seen from here; ids are in the order of time. */
export interface TraceRows<Tx> {
  get(tx: Tx, ids: readonly Id[]): Promise<readonly TraceData[]>
  query(
    tx: Tx, conditions: TraceConditions,
    page: { readonly ascending: boolean; readonly limit: number; readonly afterId?: Id; readonly position?: number },
  ): Promise<readonly Id[]>
  count(tx: Tx, conditions: TraceConditions): Promise<number>
  /** How many were there. */
  remove(tx: Tx, ids: readonly Id[]): Promise<number>
}

export function traceBackend<Tx>(rows: TraceRows<Tx>): ObjectBackend<Tx> {
  return {
    get: async (tx, ids) => (await rows.get(tx, ids.filter(isId))).map(stored),

    async contains(tx, { conditions }, id) {
      const wanted = conditionsOf(conditions)
      return wanted !== null && isId(id) && await rows.count(tx, { ...wanted, id }) > 0
    },

    // An id says when it was, so the list goes on after one that has gone.
    knowsPlaceOf: (_selection, id) => isId(id),

    async page(tx, { conditions, ascending }, { limit, skip, after }) {
      const wanted = conditionsOf(conditions)
      if (wanted === null) return []
      return [...await rows.query(tx, wanted, { ascending, limit, position: skip, ...(after === undefined ? {} : { afterId: after }) })]
    },

    async count(tx, { conditions }) {
      const wanted = conditionsOf(conditions)
      return wanted === null ? 0 : rows.count(tx, wanted)
    },

    create: () => Promise.reject(refusal('forbidden', 'Traces are written by the nodes that take mail in.')),
    update: () => Promise.reject(refusal('forbidden', 'A trace says what happened, and cannot be changed.')),
    destroy: async (tx, { id }) => await rows.remove(tx, [id]) > 0 ? 'removed' : 'gone',
    linksTo: () => Promise.resolve([]),
  }
}

function stored({ id, from, recipients, size, events }: TraceData): Stored {
  const to = recipients.join(', ')
  return {
    id,
    version: 1,
    body: {
      timestamp: formatDate(timeOf(id)), from, to: to.length > TO_CHARS_MAX ? `${to.slice(0, TO_CHARS_MAX - 1)}…` : to, size,
      events: byPosition(events.map(event => shownEvent(event as TraceEventData))),
    },
  }
}

function shownEvent({ event, at, values }: TraceEventData): JsonObject {
  return {
    event, timestamp: formatDate(at),
    keyValues: byPosition(Object.entries(values).map(([key, value]) => ({ key, value: { '@type': typeOf(key, value), value: value ?? null } }))),
  }
}

function typeOf(key: string, value: unknown): string {
  return key === 'remoteIp' ? 'IpAddr' : typeof value === 'number' ? 'UnsignedInt' : 'String'
}

function byPosition(list: readonly JsonObject[]): JsonObject {
  return Object.fromEntries(list.map((entry, index) => [String(index), entry]))
}

/** Null: nothing can match. */
function conditionsOf(conditions: readonly Condition[]): TraceConditions | null {
  let result: TraceConditions | null = {}
  for (const condition of conditions) result = result && withCondition(result, condition)
  return result
}

function withCondition(known: TraceConditions, { property, comparison, value }: Condition): TraceConditions | null {
  if (property === 'timestamp') {
    const time = bothRanges(known.time, dateRange(comparison, value))
    return time && { ...known, time }
  }
  if (property === 'text') return { ...known, texts: [...known.texts ?? [], textOf(value)] }
  const name = property as 'from' | 'to'
  // One sender; of two recipients both would have to be there, which nothing looks for.
  return known[name] !== undefined && known[name] !== value ? null : { ...known, [name]: textOf(value) }
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : ''
}
