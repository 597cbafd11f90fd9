/**
 * The order in which the creations of one `/set` are made: whoever is named as `#cid` comes before those that name it.
 * Chains of references may be a few levels deep; circles cannot be made at all.
 */
import type { Shape } from '../../base/fields.ts'
import type { JsonObject } from '../../base/json.ts'
import type { SetFailure } from '../set-error.ts'
import { refusal } from '../set-error.ts'
import { sentReferences } from '../values/references.ts'

/** Objects in one chain of references. */
const CREATION_LEVELS_MAX = 5

export interface CreationOrder {
  readonly order: readonly string[]
  readonly refused: ReadonlyMap<string, SetFailure>
}

export function creationOrder(shape: Shape, creations: ReadonlyMap<string, JsonObject>): CreationOrder {
  const levels = new Map<string, number>()
  const open = new Set<string>()
  const order: string[] = []
  const refused = new Map<string, SetFailure>()

  /** Infinity for a member of a circle, and for whoever refers to one. */
  const levelOf = (creationId: string, body: JsonObject): number => {
    const known = levels.get(creationId)
    if (known !== undefined) return known
    if (open.has(creationId)) return Infinity
    open.add(creationId)
    let level = 1
    for (const { id } of sentReferences(shape, body)) {
      const target = id.startsWith('#') ? creations.get(id.slice(1)) : undefined
      if (target !== undefined) level = Math.max(level, 1 + levelOf(id.slice(1), target))
    }
    open.delete(creationId)
    levels.set(creationId, level)
    if (level <= CREATION_LEVELS_MAX) order.push(creationId)
    else refused.set(creationId, tooDeep(level))
    return level
  }

  for (const [creationId, body] of creations) levelOf(creationId, body)
  return { order, refused }
}

function tooDeep(level: number): SetFailure {
  return refusal(
    'notFound',
    level === Infinity
      ? 'The creation ids of this request refer to each other in a circle; create one of the objects first, without the reference.'
      : `The creation ids of this request form a chain of ${level} objects, at most ${CREATION_LEVELS_MAX} are followed; create the first ones in a request of their own.`,
  )
}
