/**
 * `x:<Object>/query`: ids in one total order (RFC 8620 §5.5, and the paging contract of the management clients).
 * A page that is not cut short by `limit` ends the list, so pages are always full while there is more. An anchor costs
 * one look-up and the rows of its page; only `position` and a far `anchorOffset` cost the rows that they pass over.
 *
 * An anchor that has left the list (its object was destroyed, or no longer matches) goes on from where it was, if that
 * is known, and else starts the list again: a console that has just destroyed a page of objects asks exactly so, and
 * shows an empty table for an error.
 * The index of an anchor is not known without counting what lies before it; `position` is 0 in such a reply.
 */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import { MethodError } from '../method.ts'
import type { Method } from '../method.ts'
import type { ObjectDefinition } from '../schema/object.ts'
import { booleanArgument, integerArgument, listArgument, objectArgument, textArgument } from './arguments.ts'
import type { ObjectReader, Selection } from './backend.ts'
import { OBJECTS_IN_GET_MAX, requirePermission } from './environment.ts'
import type { Environment } from './environment.ts'
import { readFilter } from './filter.ts'
import { ownConditions } from './ownership.ts'

/** How far before its anchor a page may begin. */
const ANCHOR_OFFSET_BACK_MAX = 1_000

interface Asked {
  readonly position: number
  readonly anchor: Id | undefined
  readonly anchorOffset: number
}

export function queryMethod<Tx>({ definition, backend, store, ids }: Environment<Tx>): Method {
  return async (args, context) => {
    requirePermission(definition, 'Query', context)
    const selection = {
      conditions: [
        ...readFilter(definition, objectArgument(args, 'filter')),
        ...ownConditions(definition, context.principal),
      ],
      ...readSort(definition, args),
    }
    const limit = integerArgument(args, 'limit', 0)
    const counting = booleanArgument(args, 'calculateTotal')
    const asked = readPosition(args)
    // One more than fits tells whether a reply that the client did not limit was cut.
    const cutAt = limit === undefined || limit > OBJECTS_IN_GET_MAX ? OBJECTS_IN_GET_MAX : null
    return store.read(async tx => {
      const total = counting || (asked.position < 0 && asked.anchor === undefined) ? await backend.count(tx, selection) : 0
      const size = cutAt === null ? (limit ?? 0) : cutAt + 1
      const page = asked.position < 0 && asked.anchor === undefined
        ? { ids: await pageFromEnd(backend, tx, selection, -asked.position, size), position: Math.max(0, total + asked.position) }
        : await pageOf(backend, tx, selection, asked, size)
      const cut = cutAt !== null && page.ids.length > cutAt
      return {
        accountId: context.principal.accountId,
        // No state is kept of a query: every answer may differ from the one before.
        queryState: ids.next(), canCalculateChanges: false, position: page.position,
        ids: cut ? page.ids.slice(0, cutAt) : page.ids,
        ...(counting ? { total } : {}), ...(cut ? { limit: cutAt } : {}),
      }
    })
  }
}

function readPosition(args: JsonObject): Asked {
  const anchorOffset = integerArgument(args, 'anchorOffset', -Infinity) ?? 0
  if (anchorOffset < -ANCHOR_OFFSET_BACK_MAX) {
    throw new MethodError(
      'invalidArguments',
      `anchorOffset may go back ${ANCHOR_OFFSET_BACK_MAX}; use position instead.`,
    )
  }
  return {
    position: integerArgument(args, 'position', -Infinity) ?? 0,
    anchor: textArgument(args, 'anchor'),
    anchorOffset,
  }
}

/** Only the first entry counts. */
function readSort(
  { name, order }: ObjectDefinition<unknown, never>,
  args: JsonObject,
): Pick<Selection, 'property' | 'ascending'> {
  const first = listArgument(args, 'sort')?.[0]
  if (first === undefined) return { property: order.properties[0], ascending: order.ascending }
  const property = isJsonObject(first) ? ownValue(first, 'property') : undefined
  const ascending = isJsonObject(first) ? (ownValue(first, 'isAscending') ?? true) : undefined
  if (typeof property === 'string' && order.properties.includes(property) && typeof ascending === 'boolean') {
    return { property, ascending }
  }
  throw new MethodError(
    'unsupportedSort',
    `${name} is sorted by {"property": …, "isAscending": true | false}; properties: ${order.properties.join(', ')}.`,
  )
}

/** The first `limit` of the last `back` ids. Not found by counting: the total of a long list may be an estimate. */
async function pageFromEnd<Tx>(
  backend: ObjectReader<Tx>, tx: Tx, selection: Selection, back: number, limit: number,
): Promise<Id[]> {
  const wanted = Math.min(back, limit)
  if (wanted === 0) return []
  const reversed = { ...selection, ascending: !selection.ascending }
  const found = await backend.page(tx, reversed, { limit: wanted, skip: back - wanted })
  // There are fewer than `back`: the page begins where the list does.
  return found.length < wanted ? backend.page(tx, selection, { limit, skip: 0 }) : found.toReversed()
}

async function pageOf<Tx>(
  backend: ObjectReader<Tx>,
  tx: Tx,
  selection: Selection,
  { position, anchor, anchorOffset }: Asked,
  limit: number,
): Promise<{ ids: Id[]; position: number }> {
  if (anchor === undefined) {
    return { ids: limit === 0 ? [] : await backend.page(tx, selection, { limit, skip: position }), position }
  }
  if (limit === 0) return { ids: [], position: 0 }
  const there = await backend.contains(tx, selection, anchor)
  if (!there && !backend.knowsPlaceOf?.(selection, anchor)) {
    return { ids: await backend.page(tx, selection, { limit, skip: 0 }), position: 0 }
  }
  if (anchorOffset > 0) {
    return { ids: await backend.page(tx, selection, { limit, skip: anchorOffset - 1, after: anchor }), position: 0 }
  }
  const reversed = { ...selection, ascending: !selection.ascending }
  const before =
    anchorOffset === 0 ? [] : await backend.page(tx, reversed, { limit: -anchorOffset, skip: 0, after: anchor })
  const start = [...before.reverse(), ...(there ? [anchor] : [])].slice(0, limit)
  const missing = limit - start.length
  const rest = missing === 0 ? [] : await backend.page(tx, selection, { limit: missing, skip: 0, after: anchor })
  return { ids: [...start, ...rest], position: 0 }
}
