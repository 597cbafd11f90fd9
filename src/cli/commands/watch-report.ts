/**
 * One change of a watched task as a line: `12:00:01 ~ <id> IndexDocument Pending → Retry, due in 1m, attempt
 * 1, why`.
 */
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { formatTime } from '../input/when.ts'
import { printable } from '../output/cell.ts'
import { formatRelative } from '../output/relative.ts'
import { shade } from '../output/table.ts'
import type { Invocation } from '../remote.ts'
import { statusOf, taskId } from './task-selection.ts'
import type { TaskEvent } from './watch-diff.ts'

const MARKS: Readonly<Record<TaskEvent['kind'], string>> = { new: '+', changed: '~', gone: '-' }

export async function reportEvent(to: Invocation, event: TaskEvent): Promise<void> {
  const nowMs = to.terminal.clock.now()
  const at = formatTime(nowMs)
  const { task, kind } = event
  if (to.json) {
    await to.terminal.print(JSON.stringify({ at, event: kind, ...task }))
    return
  }
  const variant = printable(textOf(task['@type']))
  const timeOfDay = at.slice('YYYY-MM-DDT'.length, -1)
  await to.terminal.print(`${timeOfDay} ${MARKS[kind]} ${taskId(task)} ${variant} ${eventText(to, event, nowMs)}`)
}

function eventText(to: Invocation, event: TaskEvent, nowMs: number): string {
  if (event.kind === 'gone') return 'gone'
  const state = stateText(to, event.task, nowMs)
  if (event.kind === 'new') return state
  const before = statusOf(event.before)
  return before === statusOf(event.task) ? state : `${before} → ${state}`
}

function stateText(to: Invocation, task: JsonObject, nowMs: number): string {
  const status = isJsonObject(task['status']) ? task['status'] : {}
  const due = Date.parse(textOf(task['due']) || textOf(status['due']))
  const attempts = status['attemptNumber'] ?? status['failedAttemptNumber']
  const reason = textOf(status['failureReason'])
  return [
    shade(to.terminal, statusOf(task)),
    ...(isJsonObject(task['running']) ? [runText(task['running'])] : []),
    ...(Number.isNaN(due) ? [] : [`due ${formatRelative(due, nowMs)}`]),
    ...(typeof attempts === 'number' ? [`attempt ${attempts}`] : []),
    ...(reason === '' ? [] : [printable(reason)]),
  ].join(', ')
}

function runText(running: JsonObject): string {
  const node = printable(textOf(running['node']))
  const progress = printable(textOf(running['progress']))
  const requested = printable(textOf(running['requested']))
  return [
    `running${node === '' ? '' : ` on ${node}`}`,
    ...(progress === '' ? [] : [`(${progress})`]),
    ...(requested === '' ? [] : [`asked to stop for ${requested}`]),
  ].join(' ')
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
