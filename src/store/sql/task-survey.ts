/**
 * The whole queue by variant and status. Of each such range of the index at most 251 entries are read for its count, and one for
 * its first task that does not run, all in one statement; what runs is found by its holder. So it costs the same at a
 * thousand tasks and at a million. Larger counts are made in the background, by whoever looks, one at a time:
 *
 * | count | the reply |
 * |---|---|
 * | up to 250 | exact, in the caller's own transaction |
 * | more, counted lately | that count, and how old it is |
 * | more, else | an estimate from 500 places spread over the table, never below 251 |
 *
 * A count is kept for a second at least, or for fifty times as long as it took: however many people look at however many
 * dashboards of a node, it counts for 2 % of the time at most. Half a minute after that it is not given out any more.
 */
import { sql } from 'kysely'
import type { Clock } from '../../base/clock.ts'
import { SURVEY_EXACT_MAX } from '../../engine/ports/task.ts'
import type { TaskStatus, TaskSurvey } from '../../engine/ports/task.ts'
import type { SqlContext } from './context.ts'
import { byIndex } from './task-query.ts'
import { eachRange, rangesOf } from './task-ranges.ts'
import { sample } from './task-sample.ts'
import { tallyTasks } from './task-tally.ts'

const FRESH_MS_MIN = 1_000
/** Times what a count has taken. */
const FRESH_FACTOR = 50
const KNOWN_MS = 30_000

interface Known { readonly counts: Counts; readonly atMs: number; readonly freshMs: number }
type Counts = ReadonlyMap<string, number>
interface Found { readonly variant: string; readonly status: TaskStatus; readonly due: number; readonly n: number }

export class TaskSurveys {
  readonly #read: (work: (context: SqlContext) => Promise<void>) => Promise<void>
  readonly #clock: Clock
  #known: Known | null = null
  #counting = false

  /** `read`: one snapshot for all that is read in it. */
  constructor(read: (work: (context: SqlContext) => Promise<void>) => Promise<void>, clock: Clock) {
    this.#read = read
    this.#clock = clock
  }

  async survey(context: SqlContext): Promise<TaskSurvey> {
    const held = await tallyTasks(context, { running: true }, this.#clock)
    const found = await glance(context)
    const isLarge = found.some(({ n }) => n > SURVEY_EXACT_MAX)
    const { counts, ageMs } = isLarge ? await this.#large(context) : { counts: new Map<string, number>(), ageMs: 0 }
    const running = new Map(held.map(each => [keyOf(each), each.running]))
    const there = new Set(found.map(keyOf))
    return { ageMs, groups: [
      ...found.map(({ variant, status, due, n }) => ({
        variant, status, count: n > SURVEY_EXACT_MAX ? Math.max(n, counts.get(keyOf({ variant, status })) ?? 0) : n,
        running: running.get(keyOf({ variant, status })) ?? 0, firstDue: status === 'Failed' ? null : due,
      })),
      // All of them run.
      ...held.filter(each => !there.has(keyOf(each))).map(each => ({ ...each, firstDue: null })),
    ] }
  }

  async #large(context: SqlContext): Promise<{ readonly counts: Counts; readonly ageMs: number | null }> {
    const known = this.#known
    const ageMs = known === null ? Infinity : this.#clock.monotonicMs() - known.atMs
    const freshMs = known?.freshMs ?? 0
    if (ageMs > freshMs && !this.#counting) void this.#recount()
    return known !== null && ageMs <= freshMs + KNOWN_MS ? { counts: known.counts, ageMs } : { counts: await estimates(context), ageMs: null }
  }

  /** Never rejects: a count that could not be made is missed by nobody, and who asks the store hears what is wrong with it. */
  async #recount(): Promise<void> {
    this.#counting = true
    const startedMs = this.#clock.monotonicMs()
    try {
      await this.#read(async context => {
        const tallies = await byIndex(context, () => tallyTasks(context, {}, this.#clock))
        const atMs = this.#clock.monotonicMs()
        const counts = new Map(tallies.map(each => [keyOf(each), each.count]))
        this.#known = { counts, atMs, freshMs: Math.max(FRESH_MS_MIN, FRESH_FACTOR * (atMs - startedMs)) }
      })
    } catch {
      this.#known = null
    } finally {
      this.#counting = false
    }
  }
}

/** Of each variant and status the first task that does not run, and how many there are: at most one more than is exact. */
async function glance(context: SqlContext): Promise<readonly Found[]> {
  const { pairs } = await rangesOf(context, {})
  if (pairs.length === 0) return []
  const { rows } = await sql<Found>`select r.* from ${eachRange(context, pairs, isPair => sql`select t.variant, t.status, t.due,
      (select count(*) from (select 1 from task t where ${isPair} limit ${SURVEY_EXACT_MAX + 1}) c) as n
    from task t where ${isPair} and t.holder is null order by t.due, t.id limit 1`)} r`.execute(context.db)
  return rows
}

async function estimates(context: SqlContext): Promise<Counts> {
  const { rows, each } = await sample<Found>(context, sql`t.variant, t.status, count(*) as n`, sql`group by t.variant, t.status`)
  return new Map(rows.map(found => [keyOf(found), Math.round(found.n * each)]))
}

function keyOf({ variant, status }: Pick<Found, 'variant' | 'status'>): string {
  return `${variant}/${status}`
}
