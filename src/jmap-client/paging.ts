/**
 * How the pages of a query follow each other: by anchors (RFC 8620 §5.5), each page from the last row of the one before.
 *
 * Tasks come, go and move while pages are read, so an anchor may be gone. Servers say so (`anchorNotFound`), or begin
 * again at the start of the list without a word. A page is therefore asked for from its anchor on, the anchor included:
 * when it is not the first row, it was not found. An anchor that has moved in the order would skip what lies between; its
 * value in the property that the list is ordered by tells. In both cases the nearest row before it is tried, going back
 * in doubling steps, and when none of that page is left, the list is read from the start. Rows seen before are dropped.
 * So nothing is given twice, and nothing that stays in its place is missed.
 */
import type { Json, JsonObject } from '../base/json.ts'
import { ListUnsteady, MethodFailed } from './errors.ts'

/** `total` as the first page told it; null when it was not asked for. */
export interface Page { readonly rows: readonly JsonObject[]; readonly total: number | null }
/** A row whose object went away between query and get is missing; its id is not. */
export interface IdPage extends Page { readonly ids: readonly string[] }
/** The paging arguments of a query. */
export type Place =
  | { readonly limit: number; readonly position: 0 }
  | { readonly limit: number; readonly anchor: string; readonly anchorOffset: 0 }
export interface Walk {
  read(this: void, place: Place): Promise<IdPage>
  /** Rows in one page, the anchor included: at least 2. */
  readonly pageMax: number
  /** Rows in all. */
  readonly limit: number
  /** The property by which rows lie in their order. */
  readonly orderedBy: string
}

/** A list that was begun again so often changes faster than it can be read. */
const RESTARTS_MAX = 100

export async function* followPages(walk: Walk): AsyncGenerator<Page> {
  const seen = new Set<string>()
  let before: readonly JsonObject[] = []
  let given = 0
  let restarts = -1
  let total: number | null = null
  while (given < walk.limit) {
    const wanted = Math.min(walk.pageMax, walk.limit - given + (before.length > 0 ? 1 : 0))
    let page = await following(walk, before, wanted)
    if (page === null) {
      restarts += 1
      if (restarts > RESTARTS_MAX) throw new ListUnsteady(restarts)
      page = await walk.read({ limit: wanted, position: 0 })
    }
    total ??= page.total
    const rows = page.rows.filter(row => !seen.has(idOf(row))).slice(0, walk.limit - given)
    for (const id of page.ids) seen.add(id)
    given += rows.length
    yield { rows, total }
    if (page.ids.length < wanted) return
    if (page.rows.length > 0) before = page.rows
  }
}

/** The page from the last row that is still where it was; null when there is none. */
async function following(walk: Walk, before: readonly JsonObject[], limit: number): Promise<IdPage | null> {
  for (let back = 1; back <= before.length; back *= 2) {
    const anchor = before.at(-back) ?? {}
    try {
      const page = await walk.read({ limit, anchor: idOf(anchor), anchorOffset: 0 })
      if (stayed(anchor, page.rows[0], walk.orderedBy)) return page
    } catch (error) {
      if (!(error instanceof MethodFailed && error.type === 'anchorNotFound')) throw error
    }
  }
  return null
}

/** A row that went away between query and get may have moved before: it counts as moved. */
function stayed(anchor: JsonObject, now: JsonObject | undefined, orderedBy: string): boolean {
  const place = (row: JsonObject): Json => row[orderedBy] ?? null
  return now !== undefined && idOf(now) === idOf(anchor) && place(now) === place(anchor)
}

function idOf(row: JsonObject): string {
  return String(row['id'])
}
