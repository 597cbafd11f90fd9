/** What finished runs add to the store's counters. */
import type { RunCount, RunRecord } from '../../engine/ports.ts'
import type { Counters } from '../../services/ports.ts'

export function runCounters(runs: readonly RunRecord[], counts: readonly RunCount[]): Counters {
  const amounts = new Map<string, number>()
  const add = (name: string, amount: number): void => { amounts.set(name, (amounts.get(name) ?? 0) + Math.round(amount)) }
  for (const { outcome, durationMs, runs: times } of [...runs.map(run => ({ ...run, runs: 1 })), ...counts]) {
    add(`run.${outcome}`, times)
    add('run.time', durationMs)
  }
  return Object.fromEntries(amounts)
}
