/** Run history in memory. */
import type { RunCountFilter, RunCountPage, RunFilter, RunHistory, RunRate, RunRecord, RunSlot, StoredRunCount } from '../../engine/ports/run.ts'
import type { CounterTable } from '../../services/ports.ts'
import { DAY_MS, HOUR_MS } from '../queue/retention.ts'
import { runCounters, runCountId, runCountRange } from '../queue/run-counts.ts'
import { storableText } from '../storable.ts'
import type { MemoryContext } from './database.ts'

type RunPlace = Pick<RunRecord, 'startedAt' | 'id'>

export function memoryRuns({ table, now }: MemoryContext, counters: CounterTable): RunHistory {
  const records = table<RunRecord>('run')
  const totals = table<StoredRunCount>('run_hour')
  const slots = table<RunSlot>('run_slot')
  return {
    async record(runs, counts, more = []) {
      for (const run of runs) {
        if (!records.get(run.id)) records.set(run.id, storedRun(run))
      }
      for (const count of counts) {
        const id = runCountId(count)
        const { runs: sum, durationMs } = totals.get(id) ?? { runs: 0, durationMs: 0 }
        totals.set(id, { ...count, id, runs: sum + count.runs, durationMs: durationMs + Math.round(count.durationMs) })
      }
      for (const slot of more) {
        const id = `${slot.slot}/${slot.nodeId}/${slot.outcome}`
        const { runs: sum, durationMs } = slots.get(id) ?? { runs: 0, durationMs: 0 }
        slots.set(id, { ...slot, runs: sum + slot.runs, durationMs: durationMs + Math.round(slot.durationMs) })
      }
      if (more.length > 0) for (const [id, { slot }] of [...slots.entries()]) if (slot < now() - DAY_MS) slots.delete(id)
      await counters.add(runCounters(counts))
    },

    get: async ids => ids.flatMap(id => records.get(id) ?? []),

    async query(filter, { ascending, limit, after, position = 0 }) {
      const direction = ascending ? 1 : -1
      return [...records.rows()].filter(run => matches(run, filter) && (!after || byStart(run, after) * direction > 0))
        .sort((a, b) => byStart(a, b) * direction).slice(position, position + limit)
    },

    count: async filter => [...records.rows()].filter(run => matches(run, filter)).length,

    getCounts: async ids => ids.flatMap(id => totals.get(id) ?? []),

    async queryCounts(filter, page) {
      const { ascending, limit, position = 0 } = page
      return [...totals.rows()].filter(count => isCounted(count, filter, page))
        .sort((a, b) => (a.id < b.id) === ascending ? -1 : 1).slice(position, position + limit)
    },

    rates: async (by, min, only = {}) => by === 'slot'
      ? summed([...slots.rows()].filter(({ slot }) => slot >= min).map(({ slot, ...rest }) => ({ ...rest, at: slot })))
      : summed([...totals.rows()].filter(count => isCounted(count, { ...only, hourMin: min })).map(({ hour, ...rest }) => ({ ...rest, at: hour }))),

    countCounts: async filter => [...totals.rows()].filter(count => isCounted(count, filter)).length,

    async purge(before, limit) {
      for (const count of [...totals.rows()]) if (isCounted(count, { hourMax: before - HOUR_MS })) totals.delete(count.id)
      const old = [...records.rows()].filter(run => run.startedAt < before)
        .sort(byStart).slice(0, limit)
      for (const run of old) records.delete(run.id)
      return old.length
    },
  }
}

function summed(counts: readonly RunRate[]): RunRate[] {
  const groups = Map.groupBy(counts, ({ at, outcome }) => `${at}/${outcome}`)
  return [...groups.values()].flatMap(([first, ...others]) => first ? [others.reduce(
    (sum, { runs, durationMs }) => ({ ...sum, runs: sum.runs + runs, durationMs: sum.durationMs + durationMs }),
    { at: first.at, outcome: first.outcome, runs: first.runs, durationMs: first.durationMs },
  )] : [])
}

function byStart(a: RunPlace, b: RunPlace): number {
  return a.startedAt - b.startedAt || (a.id === b.id ? 0 : a.id < b.id ? -1 : 1)
}

function storedRun(run: RunRecord): RunRecord {
  return {
    ...run, durationMs: Math.round(run.durationMs),
    accountId: run.accountId === null ? null : storableText(run.accountId),
    error: run.error === null ? null : storableText(run.error),
    note: run.note === null ? null : storableText(run.note),
  }
}

function matches(run: RunRecord, filter: RunFilter): boolean {
  return (filter.taskId === undefined || run.taskId === filter.taskId)
    && (filter.parentId === undefined || run.parentId === filter.parentId)
    && (filter.variant === undefined || run.variant === filter.variant)
    && (filter.accountId === undefined || run.accountId === filter.accountId)
    && (filter.nodeId === undefined || run.nodeId === filter.nodeId)
    && (filter.outcome === undefined || run.outcome === filter.outcome)
    && run.startedAt >= (filter.startedMin ?? run.startedAt) && run.startedAt <= (filter.startedMax ?? run.startedAt)
}

function isCounted({ id, variant, nodeId, outcome }: StoredRunCount, filter: RunCountFilter, page?: RunCountPage): boolean {
  const { above, below } = runCountRange(filter, page)
  return id > above && id < below
    && (filter.variant === undefined || variant === filter.variant)
    && (filter.nodeId === undefined || nodeId === filter.nodeId)
    && (filter.outcome === undefined || outcome === filter.outcome)
}
