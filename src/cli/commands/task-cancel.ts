/** `rota task cancel`: destroys tasks; one that runs is stopped first, by the node that runs it. */
import type { Command } from 'commander'
import type { Perform } from '../remote.ts'
import { examples } from './examples.ts'
import type { ChangeOptions } from './task-change.ts'
import { addSelection, changeTasks, idsOf } from './task-change.ts'

export function addTaskCancel(task: Command, perform: Perform): void {
  const cancel = task.command('cancel')
    .summary('destroy tasks')
    .description('Destroys tasks, so that they never run again. One that is running is stopped.')
  addSelection(cancel)
    .addHelpText('after', examples(
      'rota task cancel 03f1tp1be0200',
      'rota task cancel --where accountId=03f1p6a6o0200',
    ))
    .action((ids: string[], options: ChangeOptions) => perform(to => changeTasks(to, ids, options, {
      verb: 'cancel', done: 'cancelled', args: { action: 'destroy' },
      apply: (remote, selection) => remote.client.destroy(selection.object.wire, idsOf(selection)),
    })))
}
