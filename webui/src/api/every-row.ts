/** All rows that a filter finds, page after page, while rows come and go. */
import type { JsonObject } from '../../../src/base/json.ts'
import { ReplyMalformed } from '../../../src/jmap-client/errors.ts'
import type { IdPage, Page, Place } from '../../../src/jmap-client/paging.ts'
import { followPages } from '../../../src/jmap-client/paging.ts'
import { objects, resultOf, strings } from '../../../src/jmap-client/reply.ts'
import type { Api } from './api.ts'

const PAGE_ROWS = 500

/** `limit`: how many rows at most; `properties` null: all. */
export function everyRow(
  api: Api, object: string, { filter, properties, limit }: { readonly filter: JsonObject; readonly properties: readonly string[] | null; readonly limit: number },
): AsyncGenerator<Page> {
  const name = `x:${object}/query`
  const read = async (place: Place): Promise<IdPage> => {
    const [query, get] = await api.request([
      { name, args: { filter, ...place } },
      { name: `x:${object}/get`, args: { '#ids': { resultOf: 'c0', name, path: '/ids' }, properties } },
    ])
    if (query === undefined || get === undefined) throw new ReplyMalformed(name, 'it is empty')
    return { ids: strings(resultOf(query)['ids']), rows: objects(resultOf(get)['list']), total: null }
  }
  return followPages({ read, pageMax: PAGE_ROWS, limit, orderedBy: 'id' })
}
