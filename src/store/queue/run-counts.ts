/** Runs counted by hour: the ids, whose text order is that of the hours, and what the counts add to the store's counters. */
import type { RunCount, RunCountFilter, RunCountPage } from '../../engine/ports/run.ts'
import type { Counters } from '../../services/ports.ts'
import { HOUR_MS } from './retention.ts'

/** Until the year 3110. */
const HOUR_DIGITS = 7
/** After the ids of all hours. */
const LAST = '~'

export function runCountId({ hour, variant, nodeId, outcome }: RunCount): string {
  return `${hourPrefix(hour)}-${variant}-${nodeId}-${outcome}`
}

/** Ids above `above` and below `below` are those of a page; no id is that of an hour alone. */
export function runCountRange({ hourMin = 0, hourMax }: RunCountFilter, page?: Pick<RunCountPage, 'ascending' | 'after'>): { readonly above: string; readonly below: string } {
  const above = hourPrefix(Math.ceil(hourMin / HOUR_MS) * HOUR_MS)
  const below = hourMax === undefined ? LAST : hourPrefix(hourMax + HOUR_MS)
  if (page?.after === undefined) return { above, below }
  const { after } = page
  return page.ascending ? { above: after > above ? after : above, below } : { above, below: after < below ? after : below }
}

export function runCounters(counts: readonly RunCount[]): Counters {
  const amounts = new Map<string, number>()
  const add = (name: string, amount: number): void => { amounts.set(name, (amounts.get(name) ?? 0) + Math.round(amount)) }
  for (const { outcome, durationMs, runs } of counts) {
    add(`run.${outcome}`, runs)
    add('run.time', durationMs)
  }
  return Object.fromEntries(amounts)
}

function hourPrefix(ms: number): string {
  return String(Math.floor(ms / HOUR_MS)).padStart(HOUR_DIGITS, '0')
}
