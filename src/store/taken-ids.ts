/** What every store says of objects that are to be made under an id that is taken. */
import type { Id } from '../base/ids.ts'
import { RotaError } from '../errors.ts'

export function idTaken(object: string, id: Id): RotaError {
  return new RotaError('store/conflict', `there is a ${object} ${id}`)
}

/** Each of those that are made at once takes its own. */
export function refuseRepeated(object: string, ids: readonly Id[]): void {
  const seen = new Set<Id>()
  for (const id of ids) {
    if (seen.has(id)) throw idTaken(object, id)
    seen.add(id)
  }
}
