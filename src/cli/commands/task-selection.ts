/** The tasks that a `rota task` command is about: those named by id, or all that meet the conditions. */
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import type { QueryOptions } from '../../jmap-client/client.ts'
import type { ObjectEntry } from '../../jmap-client/model.ts'
import { CommandFailure, EXIT, usage } from '../failure.ts'
import { findObject } from '../input/names.ts'
import { parseFilter } from '../input/where.ts'
import type { Invocation, Remote } from '../remote.ts'

export interface Selection {
  readonly object: ObjectEntry
  readonly tasks: readonly JsonObject[]
}

export const TASK_PROPERTIES = ['@type', 'due', 'status']

/** Read as a whole before anything is changed: a change may move a task out of the conditions. */
export async function selectTasks(
  to: Invocation, remote: Remote, ids: readonly string[], where: readonly string[],
): Promise<Selection> {
  const object = findObject(remote.model, 'Task')
  if (ids.length > 0 && where.length > 0) throw usage('ids and --where exclude each other', 'give one of them')
  if (ids.length === 0 && where.length === 0) {
    throw usage('which tasks?', 'give ids, or conditions as in --where status=Failed')
  }
  if (where.length > 0) {
    const filter = parseFilter(remote.model, object, where, to.terminal.clock.now())
    return { object, tasks: await allRows(remote, object, { filter, properties: TASK_PROPERTIES }) }
  }
  const { list, notFound } = await remote.client.get(object.wire, [...new Set(ids)], TASK_PROPERTIES)
  if (notFound.length > 0) {
    throw new CommandFailure(EXIT.notFound, `there is no task ${notFound.join(', ')}`, 'nothing was changed')
  }
  return { object, tasks: list }
}

export async function allRows(remote: Remote, object: ObjectEntry, options: QueryOptions): Promise<JsonObject[]> {
  const rows: JsonObject[] = []
  for await (const page of remote.client.pages(object.wire, options)) rows.push(...page.rows)
  return rows
}

export function taskId(task: JsonObject): string {
  return typeof task['id'] === 'string' ? task['id'] : ''
}

export function statusOf(task: JsonObject): string {
  const status = task['status']
  return isJsonObject(status) && typeof status['@type'] === 'string' ? status['@type'] : ''
}
