/**
 * The real variants, each of whose runs is told to the log of its node: a line when it starts and one when it has ended.
 * Lines go to a pipe and are written at once, so those of a process that is killed are there as well.
 * A task for the document POISON kills the process that runs it.
 */
import { isBuilt, type AnyBuiltVariant, type AnyVariant, type RunContext, type Task } from '../../../src/engine/task-variant.ts'
import { VARIANTS as REAL } from '../../../src/tasks/catalogue.ts'
import { ENDED, POISON, STARTED } from './witnessed.ts'

export const VARIANTS: readonly AnyVariant[] = REAL.map((variant: AnyVariant) => (isBuilt(variant) ? witnessed(variant) : variant))

let runs = 0

function witnessed(variant: AnyBuiltVariant): AnyBuiltVariant {
  const { run, runBatch, name, orderingKey } = variant
  /** Nothing is awaited before the line is written: between the engine's last look at its rights and the line there is no gap. */
  async function tell<T>(tasks: readonly Task[], { log }: RunContext<unknown>, work: () => Promise<T>): Promise<T> {
    const number = ++runs
    log.info({ run: number, at: Date.now(), variant: name, tasks: tasks.map(task => task.id), keys: tasks.map(task => orderingKey(task)) }, STARTED)
    try {
      if (tasks.some(task => 'documentId' in task && task.documentId === POISON)) await death()
      return await work()
    } finally {
      log.info({ run: number, at: Date.now() }, ENDED)
    }
  }
  return {
    ...variant,
    ...run ? { run: (task: Task, context: RunContext<unknown>) => tell([task], context, () => run(task, context)) } : {},
    ...runBatch ? { runBatch: (tasks: readonly Task[], context: RunContext<unknown>) => tell(tasks, context, () => runBatch(tasks, context)) } : {},
  }
}

/** As of an operating system that has run out of memory. */
function death(): Promise<never> {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {})
}
