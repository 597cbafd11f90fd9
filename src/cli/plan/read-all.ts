import type { JsonObject } from '../../base/json.ts'
import type { ObjectEntry } from '../../jmap-client/model.ts'
import type { Remote } from '../remote.ts'

const SINGLETON_ID = 'singleton'

/** Every object of a kind, with all its fields; the one object of a singleton. */
export async function readAll({ client }: Remote, object: ObjectEntry): Promise<JsonObject[]> {
  if (object.kind === 'singleton') return [...(await client.get(object.wire, [SINGLETON_ID])).list]
  const rows: JsonObject[] = []
  for await (const page of client.pages(object.wire)) rows.push(...page.rows)
  return rows
}
