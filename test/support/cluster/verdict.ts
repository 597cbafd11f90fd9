/**
 * Judges a cluster by what PostgreSQL saw (evidence.ts) and by the runs that the nodes told of (witnessed.ts).
 *
 * | promise | how it is seen |
 * |---|---|
 * | every task has one outcome | its row went or became Failed, once |
 * | only its holder ends a task | the process that wrote the outcome is the one whose incarnation had the pin or the bucket, and it had run it |
 * | no duty, no run | at each start, the node's last word on its duties had that of the variant |
 * | order per key | tasks of a key start for the first time in due order |
 * | one at a time per key | runs of a key on two nodes do not overlap; a run counts until its incarnation was declared dead |
 * | one holder | a lease goes to nobody while the incarnation that has it lives, unless that gave it back |
 */
import { VARIANTS } from '../../../src/tasks/catalogue.ts'
import type { Evidence, Life, Made } from './evidence.ts'
import type { Run } from './witnessed.ts'

/** What was made less than this before a start, in another transaction, may not have been committed by then, and may start later. */
const COMMIT_MS_MAX = 1_000
const DUTY_OF: ReadonlyMap<string, string> = new Map(VARIANTS.map(({ name, duty }) => [name, duty]))

export interface Verdict {
  /** What was promised and did not hold; empty when all is well. */
  readonly broken: readonly string[]
  readonly tasks: number
  /** Starts of a task beyond its first. */
  readonly repeated: number
}

export function judge(evidence: Evidence, runs: readonly Run[]): Verdict {
  const started = runs.flatMap(run => run.tasks.map(task => task.id))
  const lives = new Lives(evidence.lives)
  const broken = [
    ...outcomes(evidence, runs, lives), ...duties(runs), ...order(evidence.made, runs), ...overlaps(runs, lives), ...holders(evidence, lives),
  ]
  return { broken, tasks: evidence.made.length, repeated: started.length - new Set(started).size }
}

/** Incarnations by their processes and times. */
class Lives {
  readonly #of: ReadonlyMap<string, readonly Life[]>
  readonly #gone: ReadonlyMap<string, number>

  constructor(lives: readonly Life[]) {
    this.#of = Map.groupBy(lives.filter(life => life.kind === 'joined'), life => life.process)
    this.#gone = new Map(lives.filter(life => life.kind === 'gone').map(life => [life.incarnation, life.at]))
  }

  isOf(incarnation: string | null, process: string): boolean { return this.#of.get(process)?.some(life => life.incarnation === incarnation) ?? false }
  /** When the row of an incarnation went; Infinity: it has not. */
  goneAt(incarnation: string): number { return this.#gone.get(incarnation) ?? Infinity }
  /** The same of the incarnation that a process was at a time. */
  endOf(process: string, ms: number): number { return this.goneAt(this.#of.get(process)?.findLast(life => life.at <= ms)?.incarnation ?? '') }
}

function outcomes({ made, outcomes: all }: Evidence, runs: readonly Run[], lives: Lives): string[] {
  const ran = new Set(runs.flatMap(({ process, tasks }) => tasks.map(({ id }) => `${process} ${id}`)))
  const byTask = Map.groupBy(all, outcome => outcome.task)
  return [
    ...made.filter(({ task }) => byTask.get(task)?.length !== 1).map(({ task }) => `task ${task} has ${byTask.get(task)?.length ?? 0} outcomes`),
    ...all.filter(({ writer, owner }) => !lives.isOf(owner, writer)).map(({ task, kind, writer, owner }) => `${writer} ended task ${task} (${kind}), which ${owner} held`),
    ...all.filter(({ task, kind, writer }) => kind === 'done' && !ran.has(`${writer} ${task}`)).map(({ task, writer }) => `${writer} ended task ${task}, which it had not run`),
  ]
}

function duties(runs: readonly Run[]): string[] {
  return runs.flatMap(({ process, variant, duties: has, tasks }) => {
    const duty = DUTY_OF.get(variant)
    return duty !== undefined && has.includes(duty) ? [] : [`${process} ran ${variant} ${tasks[0]?.id} without the duty ${duty}`]
  })
}

function order(made: readonly Made[], runs: readonly Run[]): string[] {
  const first = new Map<string, { at: number; turn: number }>()
  let turn = 0
  for (const { startedAt, tasks } of runs.toSorted((one, other) => one.startedAt - other.startedAt)) {
    for (const { id } of tasks) if (!first.has(id)) first.set(id, { at: startedAt, turn: ++turn })
  }
  const broken: string[] = []
  for (const queue of Map.groupBy(made, ({ key, band }) => `${band}/${key}`).values()) {
    const waiting = queue.flatMap(task => ({ ...task, start: first.get(task.task) ?? { at: Infinity, turn: Infinity } }))
    waiting.sort((one, other) => one.due - other.due || (one.task < other.task ? -1 : 1))
    for (const [index, late] of waiting.entries()) {
      const there = (early: Made) => early.commit === late.commit || early.at + COMMIT_MS_MAX <= late.start.at
      const overtaken = waiting.slice(0, index).find(early => there(early) && early.start.turn > late.start.turn)
      if (overtaken) broken.push(`task ${late.task} overtook ${overtaken.task} of its key ${late.key}`)
    }
  }
  return broken
}

function overlaps(runs: readonly Run[], lives: Lives): string[] {
  const ofKey = new Map<string, { process: string; from: number; until: number }[]>()
  for (const { process, startedAt, endedAt, tasks } of runs) {
    const until = Math.min(endedAt, lives.endOf(process, startedAt))
    for (const key of new Set(tasks.map(task => task.key))) {
      if (key !== null) ofKey.set(key, [...ofKey.get(key) ?? [], { process, from: startedAt, until }])
    }
  }
  return [...ofKey].flatMap(([key, list]) => {
    const inOrder = list.toSorted((one, other) => one.from - other.from)
    return inOrder.flatMap((run, index) => {
      const other = inOrder.slice(0, index).find(before => before.process !== run.process && before.until > run.from)
      return other ? [`${run.process} ran the key ${key} while ${other.process} did`] : []
    })
  })
}

function holders({ grants }: Evidence, lives: Lives): string[] {
  return [...Map.groupBy(grants, ({ lane, bucket }) => `${lane}/${bucket}`)].flatMap(([bucket, list]) => list.flatMap((grant, index) => {
    const before = list[index - 1]
    if (grant.holder === null) return []
    const problems: string[] = []
    if (lives.goneAt(grant.holder) < grant.at) problems.push(`${bucket} went to ${grant.holder}, which was dead`)
    if (before && before.generation >= grant.generation) problems.push(`${bucket} was given to ${grant.holder} under an old generation`)
    if (before?.holder && before.holder !== grant.holder) problems.push(`${bucket} was taken from ${before.holder} by ${grant.holder}`)
    return problems
  }))
}
