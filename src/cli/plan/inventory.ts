/** The objects of one kind on the server, read once, and found by the values of some properties. */
import type { JsonObject } from '../../base/json.ts'
import type { Model, ObjectEntry } from '../../jmap-client/model.ts'
import { matchKey } from './identity.ts'
import { dependencyOrder } from './order.ts'
import { rebuildObject } from './rebuild.ts'

export class Inventory {
  readonly rows: readonly JsonObject[]
  readonly #byMatch = new Map<string, Map<string, JsonObject[]>>()

  constructor(rows: readonly JsonObject[]) {
    this.rows = rows
  }

  /** All that have this key in the properties `matchOn`. */
  find(matchOn: readonly string[], key: string): readonly JsonObject[] {
    const name = JSON.stringify(matchOn)
    let index = this.#byMatch.get(name)
    if (index === undefined) this.#byMatch.set(name, index = Map.groupBy(this.rows, row => matchKey(row, matchOn) ?? ''))
    return index.get(key) ?? []
  }
}

/** Those first that others refer to last: the order in which objects of one kind can be destroyed. */
export function removalOrder(model: Model, object: ObjectEntry, rows: readonly JsonObject[]): JsonObject[] {
  const byId = new Map(rows.map(row => [idOf(row), row]))
  const referred = (row: JsonObject): JsonObject[] => {
    const found: JsonObject[] = []
    rebuildObject(model, object.name, row, {
      scalar(type, value) {
        const target = type.type === 'objectId' && model.referenced(type.objectName) === object ? byId.get(String(value)) : null
        if (target) found.push(target)
        return value
      },
    })
    return found
  }
  return dependencyOrder(rows, referred).reverse()
}

export function idOf(row: JsonObject): string {
  return String(row['id'] ?? '')
}
