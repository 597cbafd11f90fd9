/** `rota task history`: the attempts at one task that are over, the newest first; also when the task itself is gone. */
import type { Command } from 'commander'
import { usage } from '../failure.ts'
import { matchObject } from '../input/names.ts'
import type { Perform } from '../remote.ts'
import { examples } from './examples.ts'
import { query } from './query.ts'

interface Options { readonly limit?: string }

const RUNS = 'TaskRun'

export function addTaskHistory(task: Command, perform: Perform): void {
  task.command('history')
    .summary('show how the attempts at a task went')
    .description('Shows the finished attempts at a task, the newest first: where, how long, and how each ended.')
    .argument('<id>', 'id of the task')
    .option('--limit <n>', 'at most n of them')
    .addHelpText('after', examples(
      'rota task history 03f1tp1be0200',
      'rota query task-run --where outcome=failed --where \'startedAt>-1d\'',
    ))
    .action((id: string, options: Options) => perform(async to => {
      const { model } = await to.connect()
      if (matchObject(model, RUNS) === null) throw usage('this server keeps no history of tasks')
      return query(to, RUNS, { ...options, where: [`taskId=${id}`] })
    }))
}
