/**
 * Filters and order of a list as the query of its address, and back:
 * `?f.status=Failed&f.due=2026-01-01T00:00:00Z..&sort=-due`. What the schema does not know is dropped.
 */
import type { Json, JsonObject } from '../../../src/base/json.ts'
import type { Filter } from '../../../src/jmap-client/schema.ts'
import type { Sort } from '../parts/column-settings.ts'

export type Query = Readonly<Record<string, string>>
/** By field: the text of the chip; a range of dates is `from..until`, either may be empty. */
export type Chosen = ReadonlyMap<string, string>

const PREFIX = 'f.'

export function chosenFilters(query: Query, filters: readonly Filter[]): Chosen {
  const known = new Set(filters.map(({ field }) => field))
  return new Map(Object.entries(query).flatMap(([key, value]) => {
    const field = key.slice(PREFIX.length)
    return key.startsWith(PREFIX) && known.has(field) && value !== '' ? [[field, value] as const] : []
  }))
}

/** The query with the filter set, or without it. */
export function withFilter(query: Query, field: string, value: string | null): Query {
  const { [PREFIX + field]: _, ...rest } = query
  return value === null || value === '' ? rest : { ...rest, [PREFIX + field]: value }
}

export function withoutFilters(query: Query): Query {
  return Object.fromEntries(Object.entries(query).filter(([key]) => !key.startsWith(PREFIX)))
}

/** What `x:<Object>/query` wants. */
export function conditionsOf(chosen: Chosen, filters: readonly Filter[], fixed: JsonObject): JsonObject {
  const all: Record<string, Json> = { ...fixed }
  for (const filter of filters) {
    const value = chosen.get(filter.field)
    if (value === undefined) continue
    if (filter.type === 'date') {
      const [from = '', until = ''] = value.split('..')
      if (from !== '') all[`${filter.field}IsGreaterThanOrEqual`] = from
      if (until !== '') all[`${filter.field}IsLessThan`] = until
    } else if (filter.type === 'integer') all[filter.field] = Number(value)
    else all[filter.field] = value
  }
  return all
}

export function sortOf(query: Query): Sort | undefined {
  const { sort } = query
  if (sort === undefined || sort === '' || sort === '-') return undefined
  return sort.startsWith('-') ? { property: sort.slice(1), isAscending: false } : { property: sort, isAscending: true }
}

export function withoutSort({ sort: _, ...rest }: Query): Query {
  return rest
}

export function withSort(query: Query, { property, isAscending }: Sort): Query {
  return { ...query, sort: isAscending ? property : `-${property}` }
}
