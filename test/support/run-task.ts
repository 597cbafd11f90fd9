/** Runs tasks of one variant as the executor would, with fakes for its dependencies. */
import assert from 'node:assert/strict'
import type { Fields, Infer } from '../../src/base/fields.ts'
import { silentLog } from '../../src/base/log.ts'
import type { Children } from '../../src/engine/ports/task.ts'
import type { BuiltVariant, Outcome, RunContext } from '../../src/engine/task-variant.ts'

export interface RunOptions { readonly signal?: AbortSignal; readonly attempt?: number; readonly now?: number; readonly children?: Children }

export async function runTasks<F extends Fields, Deps>(
  variant: BuiltVariant<F, string, Deps>,
  payloads: readonly Infer<F>[],
  deps: Deps,
  options: RunOptions = {},
): Promise<readonly Outcome[]> {
  const tasks = payloads.map((payload, index) => ({ ...payload, id: `000000000000${index}` }))
  const context = runContext(deps, options)
  if (variant.runBatch) return variant.runBatch(tasks, context)
  assert(variant.run, `${variant.name} has neither run nor runBatch`)
  const outcomes: Outcome[] = []
  for (const task of tasks) outcomes.push(await variant.run(task, context))
  return outcomes
}

export function runContext<Deps>(deps: Deps, options: RunOptions = {}): RunContext<Deps> {
  const signal = options.signal ?? new AbortController().signal
  return {
    deps,
    signal,
    now: () => options.now ?? Date.UTC(2026, 0, 1),
    attempt: options.attempt ?? 0,
    log: silentLog,
    children: async left => options.children?.[left] ?? 0,
    checkpoint: () => signal.aborted ? Promise.reject(signal.reason) : Promise.resolve(),
  }
}
