/** `rota schedule …`: tasks that come again and again, by the names that people gave them. */
import type { Command } from 'commander'
import type { JsonObject } from '../../base/json.ts'
import type { ExitCode } from '../failure.ts'
import { usage } from '../failure.ts'
import { parseWhen, WHEN_FORMS } from '../input/when.ts'
import type { Invocation, Perform } from '../remote.ts'
import { collect } from './collect.ts'
import { examples } from './examples.ts'
import { get } from './get.ts'
import type { Told } from './outcomes.ts'
import { printOutcomes } from './outcomes.ts'
import type { QueryCommandOptions } from './query.ts'
import { query } from './query.ts'
import { addScheduleCreate } from './schedule-create.ts'
import { addScheduleRun } from './schedule-run.ts'
import { selectSchedules } from './schedule-selection.ts'

/** The end of the calendar: paused for good. */
const FOR_GOOD = '9999-12-31T23:59:59Z'
const NAMES = 'names or ids of schedules'

export function addSchedule(program: Command, perform: Perform): void {
  const schedule = program.command('schedule')
    .summary('list, pause, resume and run schedules')
    .description('Works on schedules: tasks that are made again and again, at the times of a cron expression.')
    .addHelpText('after', examples(
      "rota schedule create nightly --cron '0 3 * * *' --time-zone Europe/Vienna --task index-document \\",
      '  --field accountId=03f1p6a6o0200 --field documentType=email --field documentId=03f1q2c520200',
      'rota schedule pause nightly --until 2026-12-27',
      'rota schedule run nightly',
    ))
  schedule.command('list')
    .summary('list schedules')
    .description('Lists schedules with the time of their next task.')
    .option('--where <condition>', 'only those that meet the conditions, as in `rota query`', collect)
    .option('--limit <n>', 'at most n of them')
    .action((options: QueryCommandOptions) => perform(to => query(to, 'Schedule', options)))
  schedule.command('show')
    .summary('show schedules with everything in them')
    .description('Shows schedules with all their fields.')
    .argument('<names...>', NAMES)
    .action((names: string[]) => perform(async to => {
      const { object, schedules } = await selectSchedules(await to.connect(), names)
      return get(to, object.name, schedules.map(({ id }) => id), {})
    }))
  addScheduleCreate(schedule, perform)
  schedule.command('pause')
    .summary('pass slots over')
    .description('Pauses schedules: their slots are passed over until they are resumed, or until a time.')
    .argument('<names...>', NAMES)
    .option('--until <when>', WHEN_FORMS)
    .action((names: string[], { until }: { until?: string }) => perform(to => {
      const pausedUntil = until === undefined ? FOR_GOOD : parseWhen(until, to.terminal.clock.now())
      if (pausedUntil === null) throw usage(`--until ${String(until)}: not valid`, `give ${WHEN_FORMS}`)
      return change(to, names, { done: 'Paused', json: 'paused' }, { pausedUntil })
    }))
  schedule.command('resume')
    .summary('go on after a pause')
    .description('Ends the pause of schedules. What they passed over stays passed over.')
    .argument('<names...>', NAMES)
    .action((names: string[]) => perform(to =>
      change(to, names, { done: 'Resumed', json: 'resumed' }, { pausedUntil: null })))
  addScheduleRun(schedule, perform)
  schedule.command('delete')
    .summary('delete schedules')
    .description('Deletes schedules. Tasks that they have made stay.')
    .argument('<names...>', NAMES)
    .action((names: string[]) => perform(to => change(to, names, { done: 'Deleted', json: 'deleted' }, null)))
}

/** The same patch to each; null deletes them. */
async function change(to: Invocation, names: readonly string[], told: Told, patch: JsonObject | null): Promise<ExitCode> {
  const remote = await to.connect()
  const { object, schedules } = await selectSchedules(remote, names)
  const ids = schedules.map(({ id }) => id)
  const outcomes = patch === null
    ? remote.client.destroy(object.wire, ids)
    : remote.client.update(object.wire, new Map(ids.map(id => [id, patch])))
  const title = (wanted: string) => schedules.find(({ id }) => id === wanted)?.name
  return printOutcomes(to, remote, object, { ...told, title }, outcomes)
}
