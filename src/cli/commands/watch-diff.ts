/** What changed between two looks at a set of tasks. */
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { taskId } from './task-selection.ts'

export type TaskEvent =
  | { readonly kind: 'new'; readonly task: JsonObject }
  | { readonly kind: 'gone'; readonly task: JsonObject }
  | { readonly kind: 'changed'; readonly task: JsonObject; readonly before: JsonObject }

export type Tasks = ReadonlyMap<string, JsonObject>

/** New and changed ones in the order of `now`, then those that are gone. */
export function diffTasks(before: Tasks, now: Tasks): TaskEvent[] {
  const events: TaskEvent[] = []
  for (const [id, task] of now) {
    const old = before.get(id)
    if (old === undefined) events.push({ kind: 'new', task })
    else if (stateText(old) !== stateText(task)) events.push({ kind: 'changed', task, before: old })
  }
  for (const [id, task] of before) if (!now.has(id)) events.push({ kind: 'gone', task })
  return events
}

export function byId(tasks: readonly JsonObject[]): Map<string, JsonObject> {
  return new Map(tasks.map(task => [taskId(task), task]))
}

/** Independent of the order in which a server writes members. */
function stateText(task: JsonObject): string {
  return JSON.stringify(sorted(task))
}

function sorted(value: Json): Json {
  if (!isJsonObject(value)) return value
  return Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, entry]) => [key, sorted(entry)])
}
