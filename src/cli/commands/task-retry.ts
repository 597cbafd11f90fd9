/** `rota task retry`: Pending and due now, whatever it was. The server's clock says when now is. */
import type { Command } from 'commander'
import type { Perform } from '../remote.ts'
import { examples } from './examples.ts'
import type { ChangeOptions } from './task-change.ts'
import { addSelection, changeTasks, idsOf } from './task-change.ts'

export function addTaskRetry(task: Command, perform: Perform): void {
  const retry = task.command('retry').alias('resume')
    .summary('run tasks again, now; also those that were parked')
    .description('Makes tasks Pending and due now, with all their attempts before them.')
  addSelection(retry)
    .addHelpText('after', examples(
      'rota task retry 03f1tp1be0200',
      'rota task retry --where status=Failed --dry-run',
    ))
    .action((ids: string[], options: ChangeOptions) => perform(to => changeTasks(to, ids, options, {
      verb: 'retry', done: 'retried', args: { action: 'retry' },
      apply: (remote, selection) => remote.client.update(selection.object.wire,
        new Map(idsOf(selection).map(id => [id, { status: { '@type': 'Pending' } }]))),
    })))
}
