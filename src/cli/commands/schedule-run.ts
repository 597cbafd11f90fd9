/** `rota schedule run`: makes the task of a schedule now, besides its slots; also while it is paused. */
import type { Command } from 'commander'
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import type { SetError } from '../../jmap-client/set-error.ts'
import type { ExitCode } from '../failure.ts'
import { findObject } from '../input/names.ts'
import { printable } from '../output/cell.ts'
import { refusalText } from '../refusal.ts'
import type { Invocation, Perform } from '../remote.ts'
import { refusedLine, verdict } from './outcomes.ts'
import { selectSchedules } from './schedule-selection.ts'

export function addScheduleRun(schedule: Command, perform: Perform): void {
  schedule.command('run')
    .summary('make the task of a schedule now')
    .description('Makes the tasks of schedules, due now. Their slots stay as they are.')
    .argument('<names...>', 'names or ids of schedules')
    .action((names: string[]) => perform(to => runNow(to, names)))
}

async function runNow(to: Invocation, names: readonly string[]): Promise<ExitCode> {
  const remote = await to.connect()
  const { schedules } = await selectSchedules(remote, names)
  const task = findObject(remote.model, 'Task')
  const refused: SetError[] = []
  const bodies = new Map(schedules.map(({ id, row }) => [id, taskOf(row)]))
  for await (const [id, outcome] of remote.client.createAll(task.wire, bodies)) {
    const name = schedules.find(schedule => schedule.id === id)?.name ?? id
    if (outcome.kind === 'done') {
      if (to.json) await to.terminal.print(JSON.stringify({ id: outcome.id, schedule: id, name }))
      else await to.terminal.print(`Created Task ${outcome.id} of ${printable(name)}`)
      continue
    }
    refused.push(outcome.error)
    const reason = refusalText(remote.model, task, outcome.error)
    if (to.json) await to.terminal.print(refusedLine(id, outcome.error.type, reason))
    else to.terminal.note(`Schedule ${printable(name)}: ${printable(reason)}`)
  }
  return verdict(to, refused, schedules.length - refused.length)
}

function taskOf({ task }: JsonObject): JsonObject {
  return isJsonObject(task) ? task : {}
}
