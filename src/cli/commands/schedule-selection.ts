/** The schedules that a command is about, named as people call them or by id. */
import type { JsonObject } from '../../base/json.ts'
import type { ObjectEntry } from '../../jmap-client/model.ts'
import { CommandFailure, EXIT } from '../failure.ts'
import { findObject } from '../input/names.ts'
import { didYouMean, fold } from '../input/suggest.ts'
import type { Remote } from '../remote.ts'

export interface Schedule { readonly id: string; readonly name: string; readonly row: JsonObject }
export interface ScheduleSelection { readonly object: ObjectEntry; readonly schedules: readonly Schedule[] }

/** In the order of the names, each once. Schedules are few, so all of them are read. */
export async function selectSchedules(remote: Remote, names: readonly string[]): Promise<ScheduleSelection> {
  const object = findObject(remote.model, 'Schedule')
  const all: Schedule[] = []
  for await (const { rows } of remote.client.pages(object.wire)) {
    all.push(...rows.map(row => ({ id: String(row['id']), name: String(row['name']), row })))
  }
  return { object, schedules: [...new Set(names.map(name => findSchedule(all, name)))] }
}

function findSchedule(all: readonly Schedule[], text: string): Schedule {
  const found = all.find(({ id }) => id === text) ?? all.find(({ name }) => name === text)
  if (found !== undefined) return found
  const alike = all.filter(({ name }) => fold(name) === fold(text))
  if (alike.length === 1 && alike[0] !== undefined) return alike[0]
  const hint = didYouMean(text, all.map(({ name }) => name)) ?? '`rota schedule list` shows them'
  throw new CommandFailure(EXIT.notFound, `there is no schedule ${text}`, hint)
}
