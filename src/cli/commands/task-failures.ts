/** `rota task failures`: failed tasks by kind and reason, the most first; the id is a condition for the other commands. */
import type { Command } from 'commander'
import { usage } from '../failure.ts'
import { matchObject } from '../input/names.ts'
import type { Perform } from '../remote.ts'
import { examples } from './examples.ts'
import { query } from './query.ts'

interface Options { readonly type?: string; readonly limit?: string }

const FAILURES = 'TaskFailure'

export function addTaskFailures(task: Command, perform: Perform): void {
  task.command('failures')
    .summary('show failed tasks by kind and reason')
    .description('Shows the failed tasks in groups of one kind and one reason, but for names and numbers in it, the largest first. '
      + 'The id of a group is a condition for other commands: --where failure=ID.')
    .option('--type <variant>', 'only of this kind')
    .option('--limit <n>', 'at most n of them')
    .addHelpText('after', examples(
      'rota task failures',
      'rota get task-failure 7pvpofntacfm5',
      'rota task retry --where failure=7pvpofntacfm5',
    ))
    .action(({ type, ...options }: Options) => perform(async to => {
      const { model } = await to.connect()
      if (matchObject(model, FAILURES) === null) throw usage('this server does not group failed tasks')
      return query(to, FAILURES, { ...options, where: type === undefined ? [] : [`variant=${type}`] })
    }))
}
