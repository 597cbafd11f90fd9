/**
 * How many tasks a filter matches, in a few ms however many there are. A million index entries take 60 ms to count in
 * SQLite and 300 ms in PostgreSQL, for a number that has changed before anybody reads it. So:
 *
 * | matches | the reply |
 * |---|---|
 * | up to 10,000 | exact, in the caller's own transaction |
 * | more, counted in the last 30 s | that count: it was exact then |
 * | more, else | an estimate from 500 places spread over the table, never below 10,001 |
 *
 * Whoever asks for a large one that was not counted in the last 2 s starts a count in the background, one at a time, so
 * the estimate stands for less than a second. How good it is: with matching tasks spread evenly it is off by a few
 * percent; where all of them lie in one stretch of the table (one account was just reindexed) and are only a hundredth of
 * it, it may be off by half. Nothing else is built on these numbers, pages least of all. Who never asks pays nothing.
 */
import { sql } from 'kysely'
import type { Clock } from '../../base/clock.ts'
import type { TaskFilter, TaskSurvey, TaskTally } from '../../engine/ports/task.ts'
import type { SqlContext, TaskTotals } from './context.ts'
import { byIndex, everyCondition, heldAs } from './task-query.ts'
import { eachRange, rangesOf } from './task-ranges.ts'
import { sample } from './task-sample.ts'
import { TaskSurveys } from './task-survey.ts'
import { countRange, tallyTasks } from './task-tally.ts'

export const EXACT_COUNT_MAX = 10_000
/** A remembered count is given out for so long, and counted again when somebody asks after so long. */
const KNOWN_MS = 30_000
const FRESH_MS = 2_000
/** Filters with a bound on `due` are mostly asked once: the oldest goes first. */
const KNOWN_MAX = 100

interface Known { readonly count: number; readonly atMs: number }

export class TaskCounts implements TaskTotals {
  readonly #read: (work: (context: SqlContext) => Promise<void>) => Promise<void>
  readonly #clock: Clock
  readonly #surveys: TaskSurveys
  readonly #known = new Map<string, Known>()
  #counting = false

  /** `read`: one snapshot for all that is read in it. */
  constructor(read: (work: (context: SqlContext) => Promise<void>) => Promise<void>, clock: Clock) {
    this.#read = read
    this.#clock = clock
    this.#surveys = new TaskSurveys(read, clock)
  }

  count(context: SqlContext, filter: TaskFilter): Promise<number> {
    return byIndex(context, async () => {
      const held = filter.running === undefined ? 0 : await countHeld(context, filter)
      if (filter.running === true) return held
      if (filter.parentId !== undefined || filter.failure !== undefined) return total(await tallyTasks(context, filter, this.#clock))
      const { running: _, ...rest } = filter
      return Math.max(0, await this.#countRanges(context, rest) - held)
    })
  }

  tally(context: SqlContext, filter: TaskFilter): Promise<TaskTally[]> {
    return byIndex(context, () => tallyTasks(context, filter, this.#clock))
  }

  survey(context: SqlContext): Promise<TaskSurvey> {
    return byIndex(context, () => this.#surveys.survey(context))
  }

  async #countRanges(context: SqlContext, filter: TaskFilter): Promise<number> {
    const few = await countUpTo(context, filter, EXACT_COUNT_MAX + 1)
    if (few <= EXACT_COUNT_MAX) return few
    const key = JSON.stringify(Object.entries(filter).toSorted(([one], [other]) => (one < other ? -1 : 1)))
    const known = this.#known.get(key)
    const age = known ? this.#clock.monotonicMs() - known.atMs : Infinity
    if (age > FRESH_MS && !this.#counting) void this.#recount(key, filter)
    return Math.max(few, known && age <= KNOWN_MS ? known.count : await estimate(context, filter))
  }

  /** Never rejects: a count that could not be made is missed by nobody, and who asks the store hears what is wrong with it. */
  async #recount(key: string, filter: TaskFilter): Promise<void> {
    this.#counting = true
    try {
      await this.#read(async context => {
        const count = await byIndex(context, () => countAll(context, filter, this.#clock))
        this.#known.delete(key)
        this.#known.set(key, { count, atMs: this.#clock.monotonicMs() })
        const [oldest = key] = this.#known.keys()
        if (this.#known.size > KNOWN_MAX) this.#known.delete(oldest)
      })
    } catch {
      this.#known.delete(key)
    } finally {
      this.#counting = false
    }
  }
}

function total(tallies: readonly TaskTally[]): number {
  return tallies.reduce((sum, { count }) => sum + count, 0)
}

async function countHeld(context: SqlContext, filter: TaskFilter): Promise<number> {
  return number(context, sql`select count(*) as n from ${heldAs(filter)}`)
}

async function countUpTo(context: SqlContext, filter: TaskFilter, max: number): Promise<number> {
  const { pairs, within } = await rangesOf(context, filter)
  if (pairs.length === 0) return 0
  const ranges = eachRange(context, pairs, isPair => sql`select 1 from task t where ${isPair} and ${within()} limit ${max}`)
  return number(context, sql`select count(*) as n from (select 1 from ${ranges} r limit ${max}) c`)
}

async function countAll(context: SqlContext, filter: TaskFilter, clock: Clock): Promise<number> {
  const { pairs, within } = await rangesOf(context, filter)
  let count = 0
  for (const pair of pairs) count += await countRange(context, pair, within, clock)
  return count
}

async function estimate(context: SqlContext, filter: TaskFilter): Promise<number> {
  // Among what is selected, not among the conditions: an index that fits one of them would be read for each place.
  const { rows, each } = await sample<{ n: number }>(context, sql`count(*) filter (where ${everyCondition(filter)}) as n`)
  return Math.round(Number(rows[0]?.n ?? 0) * each)
}

async function number({ db }: SqlContext, query: ReturnType<typeof sql>): Promise<number> {
  const { rows } = await (query as ReturnType<typeof sql<{ n: number | null }>>).execute(db)
  return Number(rows[0]?.n ?? 0)
}
