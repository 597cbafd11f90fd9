/** Names of what is cached: everything of one object begins with its name, so that a change of it is one invalidation. */
import type { JsonObject } from '../../../src/base/json.ts'

export interface ListQuestion {
  readonly filter?: JsonObject
  readonly sort?: { readonly property: string; readonly isAscending: boolean } | undefined
  /** null: all. */
  readonly properties?: readonly string[] | null
}

export const keys = {
  all: (object: string) => ['object', object] as const,
  one: (object: string, id: string, properties: readonly string[] | null) => ['object', object, 'one', id, properties] as const,
  count: (object: string, filter: JsonObject) => ['object', object, 'count', filter] as const,
  page: (object: string, question: ListQuestion, index: number) => ['object', object, 'page', question, index] as const,
  rows: (object: string, question: ListQuestion, limit: number) => ['object', object, 'rows', question, limit] as const,
  method: (object: string, name: string, args: JsonObject) => ['object', object, 'method', name, args] as const,
}
