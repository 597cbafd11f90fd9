/**
 * `rota task reschedule`: another due time. A task that waits for a retry keeps its attempts; a Failed one
 * has no due time, so it becomes Pending.
 */
import type { Command } from 'commander'
import type { JsonObject } from '../../base/json.ts'
import { usage } from '../failure.ts'
import { parseWhen, WHEN_FORMS } from '../input/when.ts'
import type { Perform } from '../remote.ts'
import { examples } from './examples.ts'
import type { ChangeOptions } from './task-change.ts'
import { addSelection, changeTasks } from './task-change.ts'
import { statusOf, taskId } from './task-selection.ts'

interface Options extends ChangeOptions { readonly due: string }

export function addTaskReschedule(task: Command, perform: Perform): void {
  const reschedule = task.command('reschedule')
    .summary('change when tasks are due')
    .description('Changes when tasks are due. A task that failed for good becomes Pending again.')
  addSelection(reschedule)
    .requiredOption('--due <when>', WHEN_FORMS)
    .addHelpText('after', examples(
      'rota task reschedule 03f1tp1be0200 --due +1h',
      'rota task reschedule --where type=index-document --due 2026-12-01T03:00:00Z',
    ))
    .action((ids: string[], options: Options) => perform(to => {
      const due = parseWhen(options.due, to.terminal.clock.now())
      if (due === null) throw usage(`--due ${options.due}: not valid`, `give ${WHEN_FORMS}`)
      return changeTasks(to, ids, options, {
        verb: 'reschedule', done: 'rescheduled', args: { action: 'reschedule', due },
        apply: (remote, { object, tasks }) => remote.client.update(object.wire,
          new Map(tasks.map(row => [taskId(row), duePatch(row, due)]))),
      })
    }))
}

function duePatch(task: JsonObject, due: string): JsonObject {
  return statusOf(task) === 'Failed' ? { status: { '@type': 'Pending', due } } : { 'status/due': due }
}
