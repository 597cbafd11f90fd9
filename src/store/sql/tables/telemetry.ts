/** The tables of traces, counters and metrics: migration 0015. JSON is text; times are ms since 1970. */

export interface TraceColumns {
  id: string
  sender: string
  /** JSON array of addresses. */
  recipients: string
  size: number
  /** JSON array. */
  events: string
}

/** By whom a trace is found: `side` is `from` or `to`. */
export interface TraceAddressColumns {
  side: string
  address: string
  id: string
}

export interface CounterColumns {
  name: string
  value: number
}

export interface MetricColumns {
  id: string
  metric: string
  slot: number
  count: number
  sum: number | null
}

export interface MetricSlotColumns {
  slot: number
  /** 0: it is the first. */
  follows: number
  /** JSON. */
  counters: string
}

export interface TelemetryTables {
  trace: TraceColumns
  trace_address: TraceAddressColumns
  counter: CounterColumns
  metric: MetricColumns
  metric_slot: MetricSlotColumns
}
