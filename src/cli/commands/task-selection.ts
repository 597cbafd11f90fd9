/** The tasks that a `rota task` command is about, as they stand. */
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import type { QueryOptions } from '../../jmap-client/client.ts'
import type { ObjectEntry } from '../../jmap-client/model.ts'
import { CommandFailure, EXIT } from '../failure.ts'
import { findObject } from '../input/names.ts'
import type { Remote } from '../remote.ts'

export interface Selection {
  readonly object: ObjectEntry
  readonly tasks: readonly JsonObject[]
}

export const TASK_PROPERTIES = ['@type', 'due', 'status']

/** All or none: an id that does not exist stops it before anything is changed. */
export async function selectTasks({ client, model }: Remote, ids: readonly string[]): Promise<Selection> {
  const object = findObject(model, 'Task')
  const { list, notFound } = await client.get(object.wire, [...new Set(ids)], TASK_PROPERTIES)
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
