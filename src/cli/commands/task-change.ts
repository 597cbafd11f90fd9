/**
 * One change to many tasks, for retry, cancel and reschedule: select, show with --dry-run, else change in
 * parts and sum up. A task that finished between selection and change is `gone`, which is no error.
 */
import type { SetOutcome } from '../../jmap-client/client.ts'
import type { SetError } from '../../jmap-client/set-error.ts'
import type { ExitCode } from '../failure.ts'
import { EXIT } from '../failure.ts'
import { printable } from '../output/cell.ts'
import { refusalText } from '../refusal.ts'
import type { Invocation, Remote } from '../remote.ts'
import { refusedLine, verdict } from './outcomes.ts'
import { columnsOf, rowsTable, TABLE_ROWS_DEFAULT } from './query.ts'
import type { Selection } from './task-selection.ts'
import { selectTasks, taskId } from './task-selection.ts'

export interface ChangeOptions { readonly where?: readonly string[]; readonly dryRun?: boolean }
export interface Change {
  /** Past participle for sentences and for a program's line: `retried`. */
  readonly done: string
  readonly apply: (remote: Remote, selection: Selection) => AsyncIterable<SetOutcome>
}
interface Tally { done: number; gone: number; readonly refused: SetError[] }

/** Refusals that people see one by one; the rest is only counted. */
const REFUSALS_SHOWN_MAX = 20

export async function changeTasks(
  to: Invocation, ids: readonly string[], options: ChangeOptions, change: Change,
): Promise<ExitCode> {
  const remote = await to.connect()
  const selection = await selectTasks(to, remote, ids, options.where ?? [])
  if (options.dryRun) return showSelection(to, remote, selection, change)
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

function amount(count: number): string {
  return count === 1 ? '1 task' : `${count} tasks`
}

export function idsOf({ tasks }: Selection): string[] {
  return tasks.map(taskId)
}
