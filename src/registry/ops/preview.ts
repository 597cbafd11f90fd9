/**
 * `x:<Object>/preview`: what one change would do, asked with the arguments of `/set`. The change is tried and taken back
 * (trial.ts); what it means is worked out from what is found before it and what it leaves. What `/set` would refuse is
 * told as `refused`, the same SetError.
 */
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import { MethodError } from '../method.ts'
import type { Method } from '../method.ts'
import type { ObjectDefinition } from '../schema/object.ts'
import { objectArgument, textsArgument } from './arguments.ts'
import type { Environment } from './environment.ts'
import { requirePermission } from './environment.ts'
import { setMethod } from './set.ts'
import { trialOf } from './trial.ts'

export interface Preview<Tx, Seen> {
  /** Other objects of which it tells: who may not see them is told nothing. */
  readonly about: readonly ObjectDefinition<unknown, never>[]
  look(this: void, tx: Tx): Promise<Seen>
  /** Null: the change writes nothing. */
  tell(this: void, seen: { readonly before: Seen; readonly after: Seen } | null): JsonObject
}

export function previewMethod<Tx, Seen>({ about, look, tell }: Preview<Tx, Seen>): (env: Environment<Tx>) => Method {
  return env => async (args, context) => {
    for (const definition of [env.definition, ...about]) requirePermission(definition, 'Get', context)
    requireOne(args)
    const trial = trialOf(env.store, look)
    const reply = await setMethod({ ...env, store: trial.store })(args, context)
    const { accountId } = context.principal
    const refused = ['notCreated', 'notUpdated', 'notDestroyed'].flatMap(name => entriesOf(reply, name))[0]
    return refused === undefined ? { accountId, ...tell(trial.seen()) } : { accountId, refused }
  }
}

function requireOne(args: JsonObject): void {
  const changes = [objectArgument(args, 'create'), objectArgument(args, 'update')].flatMap(each => Object.keys(each ?? {}))
  const count = changes.length + (textsArgument(args, 'destroy') ?? []).length
  if (count !== 1) throw new MethodError('invalidArguments', `create, update and destroy must hold one change together; there are ${count}.`)
}

function entriesOf(reply: JsonObject, name: string): Json[] {
  const entries = ownValue(reply, name)
  return isJsonObject(entries) ? Object.values(entries).filter(value => value !== undefined) : []
}
