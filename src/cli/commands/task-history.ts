/** `rota task history`: attempts that are over, the newest first; also when their task is gone. */
import type { Command } from 'commander'
import { usage } from '../failure.ts'
import { matchObject } from '../input/names.ts'
import type { Perform } from '../remote.ts'
import { examples } from './examples.ts'
import { query } from './query.ts'

interface Options {
  readonly type?: string
  readonly account?: string
  readonly parent?: string
  readonly node?: string
  readonly outcome?: string
  readonly since?: string
  readonly until?: string
  readonly limit?: string
}

const RUNS = 'TaskRun'

export function addTaskHistory(task: Command, perform: Perform): void {
  task.command('history')
    .summary('show how attempts at tasks went')
    .description('Shows finished attempts, of one task or of all, the newest first: where, how long, and how each ended. All options must hold.')
    .argument('[id]', 'id of the task')
    .option('--type <variant>', 'of tasks of this kind')
    .option('--account <id>', 'of tasks about this account')
    .option('--parent <id>', 'of the parts of this task')
    .option('--node <id>', 'that ran there, such as node-1')
    .option('--outcome <outcome>', 'done, snooze, retry, failed or cancelled')
    .option('--since <when>', 'that began then or later: a date, or -1d')
    .option('--until <when>', 'that began before then')
    .option('--limit <n>', 'at most n of them')
    .addHelpText('after', examples(
      'rota task history 03f1tp1be0200',
      'rota task history --type index-document --outcome failed --since -1d',
    ))
    .action((id: string | undefined, options: Options) => perform(async to => {
      const { model } = await to.connect()
      if (matchObject(model, RUNS) === null) throw usage('this server keeps no history of tasks')
      const { limit } = options
      return query(to, RUNS, { ...(limit === undefined ? {} : { limit }), where: conditions(id, options) })
    }))
}

function conditions(id: string | undefined, { type, account, parent, node, outcome, since, until }: Options): string[] {
  const all: readonly (readonly [string, string | undefined])[] = [
    ['taskId=', id], ['variant=', type], ['accountId=', account], ['parentId=', parent], ['node=', node], ['outcome=', outcome],
    ['startedAt>=', since], ['startedAt<', until],
  ]
  return all.flatMap(([condition, value]) => value === undefined ? [] : [condition + value])
}
