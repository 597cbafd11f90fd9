/** `rota task retry`: Pending and due now, whatever it was. The server's clock says when now is. */
import type { Command } from 'commander'
import type { Perform } from '../remote.ts'
import { collect } from './collect.ts'
import { examples } from './examples.ts'
import type { ChangeOptions } from './task-change.ts'
import { changeTasks, idsOf } from './task-change.ts'

export function addTaskRetry(task: Command, perform: Perform): void {
  task.command('retry')
    .summary('run tasks again, now')
    .description('Makes tasks Pending and due now, with all their attempts before them.')
    .argument('[ids...]', 'ids of the tasks')
    .option('--where <condition>', 'all tasks that meet the conditions, as in `rota query`', collect)
    .option('--dry-run', 'only show which tasks it would be')
    .addHelpText('after', examples(
      'rota task retry 03f1tp1be0200',
      'rota task retry --where status=Failed --dry-run',
    ))
    .action((ids: string[], options: ChangeOptions) => perform(to => changeTasks(to, ids, options, {
      done: 'retried',
      apply: (remote, selection) => remote.client.update(selection.object.wire,
        new Map(idsOf(selection).map(id => [id, { status: { '@type': 'Pending' } }]))),
    })))
}
