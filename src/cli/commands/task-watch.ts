/**
 * `rota task watch`: follows tasks until Ctrl-C, a line for each change. A task is followed from when it
 * meets the conditions until it is gone, so that `--where status=Failed` also shows how a retried one ends. A
 * server that is away for a while is waited for.
 */
import type { Command } from 'commander'
import { pause } from '../../base/clock.ts'
import { parseDuration } from '../../base/duration.ts'
import { ConnectionFailed } from '../../jmap-client/errors.ts'
import type { ObjectEntry } from '../../jmap-client/model.ts'
import type { ExitCode } from '../failure.ts'
import { EXIT, usage } from '../failure.ts'
import { findObject } from '../input/names.ts'
import { parseFilter } from '../input/where.ts'
import type { Invocation, Perform, Remote } from '../remote.ts'
import { collect } from './collect.ts'
import { examples } from './examples.ts'
import { allRows, TASK_PROPERTIES } from './task-selection.ts'
import type { Tasks } from './watch-diff.ts'
import { byId, diffTasks } from './watch-diff.ts'
import { reportEvent } from './watch-report.ts'

interface Options { readonly where?: readonly string[]; readonly interval: string; readonly untilEmpty?: boolean }
interface Watched {
  readonly remote: Remote
  readonly object: ObjectEntry
  /** Either ids or conditions. */
  readonly ids: readonly string[]
  readonly where: readonly string[]
}
/** `matching`: how many tasks were found by the ids or conditions themselves, at most FOLLOWED_MAX. */
interface Look { readonly tasks: Tasks; readonly matching: number }

const FOLLOWED_MAX = 500
/** With what is known of a run that takes longer; servers leave out what they do not have. */
const WATCHED_PROPERTIES = [...TASK_PROPERTIES, 'running']
const INTERVAL_DEFAULT = '1s'
const INTERVAL_MIN_MS = 100

export function addTaskWatch(task: Command, perform: Perform): void {
  task.command('watch')
    .summary('follow tasks as they change')
    .description(`Shows tasks that come, change and go, until Ctrl-C. At most ${FOLLOWED_MAX} are followed.`)
    .argument('[ids...]', 'ids of the tasks')
    .option('--where <condition>', 'only tasks that meet the conditions, as in `rota query`', collect)
    .option('--interval <duration>', 'how often to look', INTERVAL_DEFAULT)
    .option('--until-empty', 'end when no task is left to wait for')
    .addHelpText('after', examples(
      'rota task watch --where status=Failed',
      'rota task watch 03f1tp1be0200 --until-empty',
    ))
    .action((ids: string[], options: Options) => perform(to => watch(to, ids, options)))
}

async function watch(to: Invocation, ids: readonly string[], options: Options): Promise<ExitCode> {
  const { where = [], untilEmpty = false } = options
  if (ids.length > 0 && where.length > 0) throw usage('ids and --where exclude each other', 'give one of them')
  if (ids.length > FOLLOWED_MAX) throw usage(`at most ${FOLLOWED_MAX} tasks can be followed`, 'use --where')
  const intervalMs = parseDuration(options.interval) ?? 0
  if (intervalMs < INTERVAL_MIN_MS) {
    throw usage(`--interval ${options.interval}: not valid`, 'give a duration from 100ms on')
  }
  const remote = await to.connect()
  const watched = { remote, object: findObject(remote.model, 'Task'), ids, where }
  const restore = to.terminal.catchInterrupts()
  try {
    await follow(to, watched, intervalMs, untilEmpty)
    return EXIT.ok
  } finally {
    restore()
  }
}

async function follow(to: Invocation, watched: Watched, intervalMs: number, untilEmpty: boolean): Promise<void> {
  const { clock, signal } = to.terminal
  let followed: Tasks = new Map()
  let away = false
  while (!signal.aborted) {
    const seen = await lookUnlessAway(to, watched, followed, away)
    away = seen === null
    if (seen !== null) {
      for (const event of diffTasks(followed, seen.tasks)) await reportEvent(to, event)
      followed = seen.tasks
      if (untilEmpty && seen.matching === 0) return
    }
    await pause(clock, intervalMs, signal)
  }
}

/** Null while the server cannot be reached, which is said once. */
async function lookUnlessAway(
  to: Invocation, watched: Watched, followed: Tasks, away: boolean,
): Promise<Look | null> {
  try {
    return await look(to, watched, followed)
  } catch (error) {
    if (!(error instanceof ConnectionFailed)) throw error
    if (!away) to.terminal.note(`${error.message}; waiting for it`)
    return null
  }
}

async function look(to: Invocation, { remote, object, ids, where }: Watched, followed: Tasks): Promise<Look> {
  if (ids.length > 0) {
    const { list } = await remote.client.get(object.wire, ids, WATCHED_PROPERTIES)
    return { tasks: byId(list), matching: list.length }
  }
  const filter = parseFilter(remote.model, object, where, to.terminal.clock.now())
  const matching = await allRows(remote, object, { filter, limit: FOLLOWED_MAX, properties: WATCHED_PROPERTIES })
  const found = byId(matching)
  const others = [...followed.keys()].filter(id => !found.has(id))
  const { list } = await remote.client.get(object.wire, others, WATCHED_PROPERTIES)
  const tasks = byId(list)
  for (const [id, task] of found) if (followed.has(id) || tasks.size < FOLLOWED_MAX) tasks.set(id, task)
  return { tasks, matching: matching.length }
}
