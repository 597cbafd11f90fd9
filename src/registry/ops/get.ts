/** `x:<Object>/get`: objects by id, in the order of the ids (RFC 8620 §5.1). */
import type { Id } from '../../base/ids.ts'
import { MethodError } from '../method.ts'
import type { Method, Principal } from '../method.ts'
import { SINGLETON_ID } from '../schema/object.ts'
import type { ObjectDefinition, Stored } from '../schema/object.ts'
import { textsArgument } from './arguments.ts'
import type { ObjectReader, Selection } from './backend.ts'
import { OBJECTS_IN_GET_MAX, requirePermission } from './environment.ts'
import type { Environment } from './environment.ts'
import { isVisible, ownConditions } from './ownership.ts'
import { present } from './present.ts'

export function getMethod<Tx>({ definition, backend, store, clock }: Environment<Tx>): Method {
  return async (args, context) => {
    requirePermission(definition, 'Get', context)
    const asked = textsArgument(args, 'ids')
    const properties = textsArgument(args, 'properties')
    const ids = asked && [...new Set(asked)]
    if (ids && ids.length > OBJECTS_IN_GET_MAX) {
      throw new MethodError(
        'requestTooLarge',
        `ids has ${ids.length} entries; ask for at most ${OBJECTS_IN_GET_MAX} at a time.`,
      )
    }
    const wanted = properties === undefined ? null : new Set(properties)
    return store.read(async tx => {
      const found = await load(definition, backend, tx, ids, context.principal)
      const list = await present(definition, tx, found, wanted, clock)
      const there = new Set(found.map(stored => stored.id))
      return { accountId: context.principal.accountId, list, notFound: ids?.filter(id => !there.has(id)) ?? [] }
    })
  }
}

/** `ids` undefined: the first ones of the default order, as many as one call may have. */
async function load<Tx>(
  definition: ObjectDefinition<unknown, Tx>,
  backend: ObjectReader<Tx>,
  tx: Tx,
  ids: readonly Id[] | undefined,
  principal: Principal,
): Promise<Stored[]> {
  if (definition.kind === 'singleton') {
    const asked = ids === undefined || ids.includes(SINGLETON_ID)
    return asked ? [await loadSingleton(backend, tx)] : []
  }
  const all = { ...everything(definition), conditions: ownConditions(definition, principal) }
  const found = await backend.get(tx, ids ?? await backend.page(tx, all, { limit: OBJECTS_IN_GET_MAX, skip: 0 }))
  return found.filter(stored => isVisible(definition, stored, principal))
}

/** A singleton that was never written has version 0 and only its defaults. */
export async function loadSingleton<Tx>(backend: ObjectReader<Tx>, tx: Tx): Promise<Stored> {
  const [stored] = await backend.get(tx, [SINGLETON_ID])
  return stored ?? { id: SINGLETON_ID, version: 0, body: {} }
}

export function everything({ order }: Pick<ObjectDefinition, 'order'>): Selection {
  return { conditions: [], property: order.properties[0], ascending: order.ascending }
}
