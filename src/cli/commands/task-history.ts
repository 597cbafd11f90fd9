/** `rota task history`: attempts that are over, the newest first, also when their task is gone; or how many of them there were. */
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
  readonly counts?: boolean
  readonly limit?: string
}
type Conditions = readonly (readonly [condition: string, value: string | undefined])[]

const RUNS = 'TaskRun'
const COUNTS = 'TaskRunCount'

export function addTaskHistory(task: Command, perform: Perform): void {
  task.command('history')
    .summary('show how attempts at tasks went')
    .description('Shows finished attempts, of one task or of all, those that began last first: where, how long, and how each ended. All options must hold.')
    .argument('[id]', 'id of the task')
    .option('--type <variant>', 'of tasks of this kind')
    .option('--account <id>', 'of tasks about this account')
    .option('--parent <id>', 'of the parts of this task')
    .option('--node <id>', 'that ran there, such as node-1')
    .option('--outcome <outcome>', 'done, snooze, retry, failed or cancelled')
    .option('--since <when>', 'that began then or later: a date, or -1d')
    .option('--until <when>', 'that began before then')
    .option('--counts', 'how many ended in each hour instead, also of those that are only counted; with --since and --until hours that began then')
    .option('--limit <n>', 'at most n of them')
    .addHelpText('after', examples(
      'rota task history 03f1tp1be0200',
      'rota task history --type index-document --outcome failed --since -1d',
      'rota task history --counts --since -1d',
    ))
    .action((id: string | undefined, options: Options) => perform(async to => {
      const { limit, counts = false } = options
      const where = conditions(counts ? ofCounts(id, options) : ofRuns(id, options))
      const object = counts ? COUNTS : RUNS
      const { model } = await to.connect()
      if (matchObject(model, object) === null) throw usage(counts ? 'this server does not count runs' : 'this server keeps no history of tasks')
      return query(to, object, { ...(limit === undefined ? {} : { limit }), where })
    }))
}

function ofRuns(id: string | undefined, { type, account, parent, node, outcome, since, until }: Options): Conditions {
  return [
    ['taskId=', id], ['variant=', type], ['accountId=', account], ['parentId=', parent], ['node=', node], ['outcome=', outcome],
    ['startedAt>=', since], ['startedAt<', until],
  ]
}

function ofCounts(id: string | undefined, { type, account, parent, node, outcome, since, until }: Options): Conditions {
  if ([id, account, parent].some(value => value !== undefined)) {
    throw usage('--counts is of all tasks of a kind', 'leave out the id, --account and --parent')
  }
  return [['variant=', type], ['node=', node], ['outcome=', outcome], ['hour>=', since], ['hour<', until]]
}

function conditions(all: Conditions): string[] {
  return all.flatMap(([condition, value]) => value === undefined ? [] : [condition + value])
}
