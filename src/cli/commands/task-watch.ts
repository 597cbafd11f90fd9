/**
 * `rota task watch`: follows tasks until Ctrl-C, a line for each change. A task is followed from when it meets the
 * conditions until it is gone, so that `--where status=Failed` also shows how a retried one ends. A server that is away
 * for a while is waited for.
 */
import type { Command } from 'commander'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { pause } from '../../base/clock.ts'
import { parseDuration } from '../../base/duration.ts'
import { ConnectionFailed } from '../../jmap-client/errors.ts'
import type { ObjectEntry } from '../../jmap-client/model.ts'
import type { ExitCode } from '../failure.ts'
import { EXIT, usage } from '../failure.ts'
import { findObject } from '../input/names.ts'
import { formatTime } from '../input/when.ts'
import { parseFilter } from '../input/where.ts'
import { printable } from '../output/cell.ts'
import { formatRelative } from '../output/relative.ts'
import type { Invocation, Perform, Remote } from '../remote.ts'
import { collect } from './collect.ts'
import { allRows, statusOf, TASK_PROPERTIES, taskId } from './task-selection.ts'
import type { TaskEvent } from './watch-diff.ts'
import { byId, diffTasks } from './watch-diff.ts'

interface Options { readonly where?: readonly string[]; readonly interval: string; readonly untilEmpty?: boolean }
/** `matching`: how many of the conditions' tasks there were, at most FOLLOWED_MAX. */
interface Look { readonly tasks: ReadonlyMap<string, JsonObject>; readonly matching: number }

const FOLLOWED_MAX = 500
const INTERVAL_DEFAULT = '1s'
const INTERVAL_MIN_MS = 100
const MARKS: Readonly<Record<TaskEvent['kind'], string>> = { new: '+', changed: '~', gone: '-' }

export function addTaskWatch(task: Command, perform: Perform): void {
  task.command('watch')
    .summary('follow tasks as they change')
    .description(`Shows tasks that come, change and go, until Ctrl-C. At most ${FOLLOWED_MAX} are followed at a time.`)
    .argument('[ids...]', 'ids of the tasks')
    .option('--where <condition>', 'only tasks that meet the conditions, as in `rota query`', collect)
    .option('--interval <duration>', 'how often to look', INTERVAL_DEFAULT)
    .option('--until-empty', 'end when no task is left to wait for')
    .action((ids: string[], options: Options) => perform(to => watch(to, ids, options)))
}

async function watch(to: Invocation, ids: readonly string[], options: Options): Promise<ExitCode> {
  const { terminal } = to
  if (ids.length > 0 && options.where) throw usage('ids and --where exclude each other', 'give one of them')
  if (ids.length > FOLLOWED_MAX) throw usage(`at most ${FOLLOWED_MAX} tasks can be followed`, 'use --where')
  const intervalMs = parseDuration(options.interval) ?? 0
  if (intervalMs < INTERVAL_MIN_MS) throw usage(`--interval ${options.interval}: not valid`, 'give a duration from 100ms on')
  const remote = await to.connect()
  const object = findObject(remote.model, 'Task')
  const restore = terminal.catchInterrupts()
  try {
    let followed: ReadonlyMap<string, JsonObject> = new Map()
    let away = false
    while (!terminal.signal.aborted) {
      const look = await lookUnlessAway(to, remote, object, ids, options, followed, away)
      away = look === null
      if (look !== null) {
        for (const event of diffTasks(followed, look.tasks)) await report(to, event)
        followed = look.tasks
        if (options.untilEmpty && look.matching === 0) return EXIT.ok
      }
      await pause(terminal.clock, intervalMs, terminal.signal)
    }
    return EXIT.ok
  } finally {
    restore()
  }
}

/** Null while the server cannot be reached; said once. The first look must succeed. */
async function lookUnlessAway(
  to: Invocation, remote: Remote, object: ObjectEntry, ids: readonly string[], options: Options,
  followed: ReadonlyMap<string, JsonObject>, away: boolean,
): Promise<Look | null> {
  try {
    return await look(to, remote, object, ids, options, followed)
  } catch (error) {
    if (!(error instanceof ConnectionFailed)) throw error
    if (!away) to.terminal.note(`${error.message}; waiting for it`)
    return null
  }
}

async function look(
  to: Invocation, remote: Remote, object: ObjectEntry, ids: readonly string[], options: Options,
  followed: ReadonlyMap<string, JsonObject>,
): Promise<Look> {
  if (ids.length > 0) {
    const { list } = await remote.client.get(object.wire, ids, TASK_PROPERTIES)
    return { tasks: byId(list), matching: list.length }
  }
  const filter = parseFilter(remote.model, object, options.where ?? [], to.terminal.clock.now())
  const matching = await allRows(remote, object, { filter, limit: FOLLOWED_MAX, properties: TASK_PROPERTIES })
  const tasks = byId(matching)
  const others = [...followed.keys()].filter(id => !tasks.has(id))
  const { list } = await remote.client.get(object.wire, others, TASK_PROPERTIES)
  const kept = byId(list)
  for (const [id, task] of tasks) if (followed.has(id) || kept.size < FOLLOWED_MAX) kept.set(id, task)
  return { tasks: kept, matching: matching.length }
}

async function report(to: Invocation, event: TaskEvent): Promise<void> {
  const nowMs = to.terminal.clock.now()
  const at = formatTime(nowMs)
  const { task, kind } = event
  if (to.json) {
    await to.terminal.print(JSON.stringify({ at, event: kind, ...task }))
    return
  }
  const variant = printable(textOf(task['@type']))
  const state = kind === 'changed' ? changeText(to, event.before, task, nowMs) : kind === 'gone' ? 'gone' : stateText(to, task, nowMs)
  await to.terminal.print(`${at.slice(11, 19)} ${MARKS[kind]} ${taskId(task)} ${variant} ${state}`)
}

function changeText(to: Invocation, before: JsonObject, task: JsonObject, nowMs: number): string {
  const from = statusOf(before)
  return from === statusOf(task) ? stateText(to, task, nowMs) : `${from} → ${stateText(to, task, nowMs)}`
}

function stateText(to: Invocation, task: JsonObject, nowMs: number): string {
  const status = isJsonObject(task['status']) ? task['status'] : {}
  const due = Date.parse(textOf(task['due']) || textOf(status['due']))
  const attempts = status['attemptNumber'] ?? status['failedAttemptNumber']
  const reason = textOf(status['failureReason'])
  return [
    shade(to, statusOf(task)),
    ...(Number.isNaN(due) ? [] : [`due ${formatRelative(due, nowMs)}`]),
    ...(typeof attempts === 'number' ? [`attempt ${attempts}`] : []),
    ...(reason === '' ? [] : [printable(reason)]),
  ].join(', ')
}

function shade({ terminal }: Invocation, status: string): string {
  return status === 'Failed' ? terminal.style('red', status) : status === 'Retry' ? terminal.style('yellow', status) : status
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
