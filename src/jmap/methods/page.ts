/** The page of a `/query` of mail (RFC 8620 §5.5): by position, from the end, or around an anchor. */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { MethodError } from '../../registry/method.ts'
import { integerArgument, textArgument } from '../../registry/ops/arguments.ts'
import { OBJECTS_MAX } from './account.ts'

export interface Page {
  /** From the end when negative. */
  readonly position: number
  readonly anchor: string | undefined
  readonly anchorOffset: number
  readonly limit: number
  /** The caller set none, or a larger one, and is told. */
  readonly limitIsOurs: boolean
}

/** Throws invalidArguments. */
export function pageOf(args: JsonObject): Page {
  const asked = integerArgument(args, 'limit', 0)
  return {
    position: integerArgument(args, 'position', -Infinity) ?? 0,
    anchor: textArgument(args, 'anchor'),
    anchorOffset: integerArgument(args, 'anchorOffset', -Infinity) ?? 0,
    limit: Math.min(asked ?? OBJECTS_MAX, OBJECTS_MAX),
    limitIsOurs: asked === undefined || asked > OBJECTS_MAX,
  }
}

/**
 * Goes no further through the hits than it must. `known`: their number, when it is known without going through them.
 * Throws anchorNotFound.
 */
export async function readPage(
  hits: AsyncIterable<{ readonly id: Id }> | Iterable<{ readonly id: Id }>, known: number | null, page: Page, counting: boolean,
): Promise<{ ids: Id[]; position: number; total: number }> {
  const all: Id[] = []
  const toTheEnd = (counting && known === null) || (page.anchor === undefined && page.position < 0)
  let anchoredAt = -1
  for await (const { id } of hits) {
    if (id === page.anchor) anchoredAt = all.length
    all.push(id)
    const start = page.anchor === undefined ? page.position : anchoredAt < 0 ? Infinity : anchoredAt + page.anchorOffset
    if (!toTheEnd && all.length >= Math.max(0, start) + page.limit) break
  }
  if (page.anchor !== undefined && anchoredAt < 0) throw new MethodError('anchorNotFound', 'The anchor is not among the results.')
  const fromStart = page.position < 0 ? all.length + page.position : page.position
  const position = Math.max(0, page.anchor === undefined ? fromStart : anchoredAt + page.anchorOffset)
  return { ids: all.slice(position, position + page.limit), position, total: known ?? all.length }
}
