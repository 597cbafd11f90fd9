/**
 * One change to the tasks with some ids, for retry, cancel, park and reschedule: look, show with --dry-run, else change in
 * parts and sum up. A task that finished between look and change is `gone`, which is no error. Conditions go to the server
 * (task-bulk.ts).
 */
import type { Command } from 'commander'
import type { SetOutcome } from '../../jmap-client/client.ts'
import type { SetError } from '../../jmap-client/set-error.ts'
import type { ExitCode } from '../failure.ts'
import { EXIT, usage } from '../failure.ts'
import { printable } from '../output/cell.ts'
import { refusalText } from '../refusal.ts'
import type { Invocation, Remote } from '../remote.ts'
import { collect } from './collect.ts'
import { refusedLine, verdict } from './outcomes.ts'
import { columnsOf, rowsTable, TABLE_ROWS_DEFAULT } from './query.ts'
import { amount, bulkTasks } from './task-bulk.ts'
import type { Bulk } from './task-bulk.ts'
import type { Selection } from './task-selection.ts'
import { selectTasks, taskId } from './task-selection.ts'

export interface ChangeOptions { readonly where?: readonly string[]; readonly dryRun?: boolean; readonly yes?: boolean }
/** `done` is also the member of a program's line. */
export interface Change extends Bulk {
  readonly apply: (remote: Remote, selection: Selection) => AsyncIterable<SetOutcome>
}
interface Tally { done: number; gone: number; readonly refused: SetError[] }

/** Refusals that people see one by one; the rest is only counted. */
const REFUSALS_SHOWN_MAX = 20

/** What all of these commands take. */
export function addSelection(command: Command): Command {
  return command
    .argument('[ids...]', 'ids of the tasks')
    .option('--where <condition>', 'all tasks that meet the conditions, as in `rota query`', collect)
    .option('--dry-run', 'only show which tasks it would be')
    .option('--yes', 'do not ask before all tasks that meet the conditions are changed')
}

export async function changeTasks(
  to: Invocation, ids: readonly string[], options: ChangeOptions, change: Change,
): Promise<ExitCode> {
  const { where = [], dryRun = false, yes = false } = options
  if (ids.length > 0 && where.length > 0) throw usage('ids and --where exclude each other', 'give one of them')
  if (where.length > 0) return bulkTasks(to, { where, dryRun, yes }, change)
  if (ids.length === 0) throw usage('which tasks?', 'give ids, or conditions as in --where status=Failed')
  const remote = await to.connect()
  const selection = await selectTasks(remote, ids)
  if (dryRun) return showSelection(to, remote, selection, change)
  const tally: Tally = { done: 0, gone: 0, refused: [] }
  try {
    for await (const outcome of change.apply(remote, selection)) {
      await count(to, remote, selection, change, outcome, tally)
    }
  } finally {
    // Also when the connection breaks half-way: what is done is done.
    if (!to.json) await to.terminal.print(summary(tally, change))
  }
  return verdict(to, tally.refused, tally.done + tally.gone)
}

async function showSelection(
  to: Invocation, remote: Remote, { object, tasks }: Selection, change: Change,
): Promise<ExitCode> {
  if (to.json) {
    for (const task of tasks) await to.terminal.print(JSON.stringify({ ...task, dryRun: true }))
    return EXIT.ok
  }
  const shown = tasks.slice(0, TABLE_ROWS_DEFAULT)
  if (shown.length > 0) {
    const columns = columnsOf(remote.model, object, null)
    await to.terminal.print(await rowsTable(to, remote, object, columns, shown))
  }
  const more = tasks.length > shown.length ? ` (${shown.length} shown)` : ''
  await to.terminal.print(`${amount(tasks.length)} would be ${change.done}${more}; nothing was changed`)
  return EXIT.ok
}

async function count(
  to: Invocation, remote: Remote, { object }: Selection, change: Change, outcome: SetOutcome, tally: Tally,
): Promise<void> {
  const { id } = outcome
  if (outcome.kind === 'done') {
    tally.done += 1
    if (to.json) await to.terminal.print(JSON.stringify({ id, [change.done]: true }))
    return
  }
  if (outcome.error.type === 'notFound') {
    tally.gone += 1
    if (to.json) await to.terminal.print(JSON.stringify({ id, gone: true }))
    return
  }
  tally.refused.push(outcome.error)
  const reason = refusalText(remote.model, object, outcome.error)
  if (to.json) await to.terminal.print(refusedLine(id, outcome.error.type, reason))
  else if (tally.refused.length <= REFUSALS_SHOWN_MAX) to.terminal.note(`task ${id}: ${printable(reason)}`)
}

function summary({ done, gone, refused }: Tally, change: Change): string {
  return [
    `${amount(done)} ${change.done}`,
    ...(gone > 0 ? [`${gone} gone meanwhile`] : []),
    ...(refused.length > 0 ? [`${refused.length} refused`] : []),
  ].join(', ')
}

export function idsOf({ tasks }: Selection): string[] {
  return tasks.map(taskId)
}
