/**
 * What the simulated cluster works on. Each task carries its own script: how long a run takes, how each attempt ends,
 * whether it heeds its signal. What a run does is told to the observer, who checks it.
 */
import { string, number, boolean } from '../../src/base/fields.ts'
import { pause, type Clock } from '../../src/base/clock.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { Lane } from '../../src/engine/lane.ts'
import type { RetrySettings } from '../../src/base/retry-plan.ts'
import { taskDefiner, type AnyVariant, type Outcome, type RunContext, type Task } from '../../src/engine/task-variant.ts'

export const DUTIES = ['probing', 'sorting', 'scheduling'] as const
export const LANES: readonly Lane[] = [
  { name: 'probe', duty: 'probing', buckets: 8, legacyKey: null, sharding: 'none' },
  { name: 'sort', duty: 'sorting', buckets: 4, legacyKey: null, sharding: 'none' },
  { name: 'scheduler', duty: 'scheduling', buckets: 1, legacyKey: null, sharding: 'none' },
]
export const SETTINGS: RetrySettings = {
  maxAttempts: 3, totalDeadlineMs: 600_000, strategy: { kind: 'FixedDelay', delayMs: 1_500 },
}

/** What a run gets as its dependencies: the process that it is in. */
export interface Seat {
  readonly clock: Clock
  /** Resolves when what it began has been looked at; the returned function is called at its end. */
  begin(tasks: readonly string[], lane: string, key: string | null, signal: AbortSignal): Promise<() => void>
  /** Never resolves. */
  kill(): Promise<never>
}

const FIELDS = {
  key: string('Tasks of one key run one at a time.'),
  ms: number('How long a run takes.', 'unsignedInteger'),
  script: string('How the attempts end, a letter each: done, retry, throw, fail; x kills the process.'),
  snoozes: number('How often it asks for a rest first.', 'unsignedInteger'),
  stubborn: boolean('It looks at its signal only at its end.'),
  children: number('Tasks that follow it.', 'unsignedInteger'),
}
type Script = Task<typeof FIELDS>

const define = taskDefiner(DUTIES)
const common = { label: 'Simulated', doc: 'Of the simulation.', fields: FIELDS, creatable: true, classify } as const

const probe = define.task({
  ...common, name: 'Probe', duty: 'probing', lane: 'probe', orderingKey: task => task.key,
  limits: { runMsMax: 30_000, concurrencyPerNode: 3 },
  run: (task, context: RunContext<Seat>) => perform([task], 'probe', task.key, context).then(() => ending(task, context)),
})
const batch = define.task({
  ...common, name: 'Batch', duty: 'sorting', lane: 'sort', orderingKey: () => null,
  limits: { runMsMax: 30_000, concurrencyPerNode: 2, batchMax: 4 },
  async runBatch(tasks, context: RunContext<Seat>) {
    await perform(tasks, 'sort', null, context)
    return Promise.all(tasks.map(task => ending(task, context)))
  },
})
/** Made by the schedule. */
const tick = define.task({
  ...common, name: 'Tick', duty: 'sorting', lane: 'sort', orderingKey: () => 'ticks',
  limits: { runMsMax: 30_000, concurrencyPerNode: 1 },
  run: (task, context: RunContext<Seat>) => perform([task], 'sort', 'ticks', context).then(() => ending(task, context)),
})
export const VARIANTS: readonly AnyVariant[] = [probe, batch, tick]

export function script(more: JsonObject = {}): JsonObject {
  return { key: 'k', ms: 10, script: 'd', snoozes: 0, stubborn: false, children: 0, ...more }
}

async function perform(tasks: readonly Script[], lane: string, key: string | null, { deps, signal, checkpoint }: RunContext<Seat>): Promise<void> {
  const end = await deps.begin(tasks.map(task => task.id), lane, key, signal)
  try {
    const longest = Math.max(...tasks.map(task => task.ms))
    if (tasks.some(task => task.stubborn)) return await pause(deps.clock, longest)
    await pause(deps.clock, longest / 2, signal)
    await checkpoint({ half: true })
    await pause(deps.clock, longest / 2, signal)
    await checkpoint()
  } finally {
    end()
  }
}

async function ending(task: Script, { attempt, deps }: RunContext<Seat>): Promise<Outcome> {
  if (task.snoozes > 0) return { kind: 'snooze', forMs: 700, why: 'a rest', payload: { ...payloadOf(task), snoozes: task.snoozes - 1 } }
  switch (task.script[Math.min(attempt, task.script.length - 1)]) {
    case 'r': return { kind: 'retry', why: 'the script says so' }
    case 't': throw new Error('the script says so')
    case 'x': return deps.kill()
    case 'f': return { kind: 'fail', why: 'the script says so' }
    default: return { kind: 'done', followUps: Array.from({ length: task.children }, () => ({ variant: 'Batch', payload: script({ key: `child of ${task.id}` }) })) }
  }
}

function payloadOf({ id: _id, ...payload }: Script): JsonObject {
  return payload
}

function classify(error: unknown): Outcome {
  return { kind: 'retry', why: String(error) }
}
