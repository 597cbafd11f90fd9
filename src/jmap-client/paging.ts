/**
 * How the pages of a query follow each other: by anchors (RFC 8620 §5.5), each page after the last id of the one before.
 *
 * Tasks come and go while pages are read, so an anchor may be gone. Servers say so (`anchorNotFound`) or begin again at
 * the start of the list, which shows in a page that begins with an id of this walk. Either way the nearest id before it
 * is tried, going back in doubling steps, and at last the start. Rows seen before are dropped: nothing is given twice,
 * and nothing that stays is missed.
 */
import type { JsonObject } from '../base/json.ts'
import { MethodFailed } from './errors.ts'

/** `total` as the first page told it; null when it was not asked for. */
export interface Page { readonly rows: readonly JsonObject[]; readonly total: number | null }
/** A row whose object went away between query and get is missing; its id is not. */
export interface IdPage extends Page { readonly ids: readonly string[] }
/** The paging arguments of a query. */
export type Place =
  | { readonly limit: number; readonly position: 0 }
  | { readonly limit: number; readonly anchor: string; readonly anchorOffset: 1 }
type Read = (place: Place) => Promise<IdPage>

/** At most `limit` rows, in pages of at most `pageMax`. */
export async function* followPages(read: Read, pageMax: number, limit: number): AsyncGenerator<Page> {
  const seen = new Set<string>()
  let walk = new Walk()
  let total: number | null = null
  while (seen.size < limit) {
    const asked = Math.min(pageMax, limit - seen.size)
    let page = await after(walk, read, asked)
    if (page === null) {
      walk = new Walk()
      page = await read({ limit: asked, position: 0 })
    }
    total ??= page.total
    walk.add(page.ids)
    const rows = page.rows.filter(row => !seen.has(String(row['id'])))
    for (const id of page.ids) seen.add(id)
    yield { rows, total }
    if (page.ids.length < asked) return
  }
}

/** The page after the last id of the walk that still exists; null when there is none. */
async function after(walk: Walk, read: Read, limit: number): Promise<IdPage | null> {
  for (let back = 1; back <= walk.ids.length; back *= 2) {
    try {
      const page = await read({ limit, anchor: walk.ids.at(-back) ?? '', anchorOffset: 1 })
      if (!walk.isBefore(page.ids[0], back)) return page
    } catch (error) {
      if (!(error instanceof MethodFailed && error.type === 'anchorNotFound')) throw error
    }
  }
  return null
}

/** The ids of the pages since the last start, in order. */
class Walk {
  readonly ids: string[] = []
  readonly #places = new Map<string, number>()

  add(ids: readonly string[]): void {
    for (const id of ids) this.#places.set(id, this.ids.push(id) - 1)
  }

  /** Whether the id stands at or before the place `back` from the end: no page after that place begins with it. */
  isBefore(id: string | undefined, back: number): boolean {
    const place = id === undefined ? undefined : this.#places.get(id)
    return place !== undefined && place <= this.ids.length - back
  }
}
