/** `rota schedule create`: a name, when, and the task; the fields of the task as in `rota create task/…`. */
import type { Command } from 'commander'
import type { Perform } from '../remote.ts'
import { collect } from './collect.ts'
import { create } from './create.ts'

interface Options {
  readonly cron: string
  readonly timeZone?: string
  readonly catchUp?: string
  readonly task: string
  readonly field?: readonly string[]
}

export function addScheduleCreate(schedule: Command, perform: Perform): void {
  schedule.command('create')
    .summary('make a schedule')
    .description('Makes a schedule. Its first task comes at the first slot from now on.')
    .argument('<name>', 'what people call it')
    .requiredOption('--cron <times>', 'minute, hour, day of the month, month, day of the week')
    .requiredOption('--task <variant>', 'what is done, as in `rota create task/<variant>`')
    .option('--field <name=value>', 'sets a field of the task; may be given several times', collect)
    .option('--time-zone <zone>', 'the time zone of these times (default: UTC)')
    .option('--catch-up <how>', 'none | last | all: slots that came while no scheduler ran (default: last)')
    .action((name: string, { cron, timeZone, catchUp, task, field = [] }: Options) => perform(to => {
      const pairs = { name, cron, timeZone, catchUp, task }
      const own = Object.entries(pairs).flatMap(([key, value]) => value === undefined ? [] : [`${key}=${value}`])
      return create(to, 'Schedule', { field: [...own, ...field.map(pair => `task/${pair}`)] })
    }))
}
