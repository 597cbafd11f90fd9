/** `rota task park`: Failed by hand, with a reason; the tasks stay where they are until they are retried. */
import type { Command } from 'commander'
import type { Perform } from '../remote.ts'
import { examples } from './examples.ts'
import type { ChangeOptions } from './task-change.ts'
import { addSelection, changeTasks, idsOf } from './task-change.ts'

interface Options extends ChangeOptions { readonly reason?: string }

export function addTaskPark(task: Command, perform: Perform): void {
  const park = task.command('park')
    .summary('set tasks aside')
    .description('Sets tasks to Failed by hand: they stay where they are and do nothing until `rota task resume`. One that is running is stopped.')
  addSelection(park)
    .option('--reason <text>', 'why; left out: the reason of the last failed attempt, or who did it')
    .addHelpText('after', examples(
      'rota task park --where type=acme-renewal --reason \'the CA is down\'',
      'rota task park --where failure=7pvpofntacfm5 --reason \'ticket 4711\' --yes',
    ))
    .action((ids: string[], { reason, ...options }: Options) => perform(to => {
      const why = reason === undefined ? {} : { failureReason: reason }
      return changeTasks(to, ids, options, {
        verb: 'park', done: 'parked', args: { action: 'park', ...(reason === undefined ? {} : { reason }) },
        apply: (remote, selection) => remote.client.update(selection.object.wire,
          new Map(idsOf(selection).map(id => [id, { status: { '@type': 'Failed', ...why } }]))),
      })
    }))
}
