/** What traces add to the store's counters; the metrics of messages are made of these. */
import type { TraceEventName } from '../../registry/objects/trace.ts'
import type { Counters, Trace } from '../ports.ts'

/** `received`: somebody has it. `refused`: nobody has it, and somebody was told so. `delivered`: copies in mailboxes. */
export function messageCounters(traces: readonly Trace[]): Counters {
  const sum = { received: 0, octets: 0, delivered: 0, refused: 0 }
  for (const { size, events } of traces) {
    const copies = new Set(events.filter(({ event }) => event === DELIVERED).map(({ values }) => JSON.stringify(values)))
    sum.delivered += copies.size
    if (copies.size > 0) {
      sum.received += 1
      sum.octets += size
    } else if (events.some(({ event }) => REFUSALS.includes(event as TraceEventName))) sum.refused += 1
  }
  return Object.fromEntries(Object.entries(sum).filter(([, count]) => count > 0).map(([name, count]) => [`message.${name}`, count]))
}

const DELIVERED: TraceEventName = 'delivery.delivered'
const REFUSALS: readonly TraceEventName[] = ['smtp.rcpt-to-rejected', 'smtp.message-rejected', 'delivery.rejected']
