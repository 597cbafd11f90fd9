/**
 * What a new store gets at its first start: a domain and an administrator to log in with, and three listeners. Each step
 * looks whether its result is there, so a start that broke off, or two nodes that start at once, end with one of each.
 * Once done it is never done again: who removes a listener later does not get it back.
 */
import { randomBytes } from 'node:crypto'
import type { Id } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import { RotaError } from '../errors.ts'
import { KEYS } from '../registry/key-families.ts'
import { networkListener } from '../registry/objects/network-listener.ts'
import type { ObjectDefinition } from '../registry/schema/object.ts'
import { SetFailure } from '../registry/set-error.ts'
import type { Store } from '../store/store.ts'
import type { Objects } from './objects.ts'

const DONE_KEY = KEYS.bootstrap.prefix
export const ADMIN_NAME = 'admin'
/** A name that needs no DNS; the administrator may make others and give this account another one. */
export const FIRST_DOMAIN = 'localhost'
const PASSWORD_BYTES = 12

const LISTENERS: readonly JsonObject[] = [
  { name: 'http', protocol: 'http', bind: { '127.0.0.1:8080': true }, useTls: false },
  { name: 'smtp', protocol: 'smtp', bind: { '127.0.0.1:2525': true } },
  { name: 'lmtp', protocol: 'lmtp', bind: { '127.0.0.1:2424': true } },
]

/** `password` is set when this start made the administrator and drew the password itself: it is shown once. */
export interface Bootstrap { readonly first: boolean; readonly password: string | null }

export async function bootstrap(store: Store, objects: Objects, chosenPassword: string | null): Promise<Bootstrap> {
  if (await store.read(tx => tx.keys.get(DONE_KEY))) return { first: false, password: null }
  const domainId = await findOrCreate(objects, objects.standard.domain, { name: FIRST_DOMAIN })
  const password = await ensureAdministrator(objects, domainId, chosenPassword)
  for (const listener of LISTENERS) await findOrCreate(objects, networkListener, listener)
  await store.transact(tx => tx.keys.put(DONE_KEY, { done: true }, null))
  return { first: true, password }
}

/** The password that was drawn, if one was. */
async function ensureAdministrator({ registry, standard }: Objects, domainId: string, chosen: string | null): Promise<string | null> {
  const secret = chosen ?? randomBytes(PASSWORD_BYTES).toString('base64url')
  const account = { '@type': 'User', name: ADMIN_NAME, domainId, roles: { '@type': 'Admin' }, credentials: { 0: { '@type': 'Password', secret } } }
  try {
    await registry.create(standard.account, account)
    return chosen === null ? secret : null
  } catch (error) {
    if (isTaken(error)) return null
    if (chosen !== null && error instanceof SetFailure && error.error.type === 'validationFailed') {
      const why = error.message.replace('credentials/0/secret', 'the password')
      throw new RotaError('config/invalid', `ROTA_ADMIN_PASSWORD: ${why}`, {}, error)
    }
    throw error
  }
}

async function findOrCreate({ registry }: Objects, definition: ObjectDefinition<unknown, never>, body: JsonObject): Promise<Id> {
  try {
    return await registry.create(definition, body)
  } catch (error) {
    const existing = error instanceof SetFailure && isTaken(error) ? error.error.existingId ?? error.error.objectId?.id : undefined
    if (existing === undefined) throw error
    return existing
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof SetFailure && error.error.type === 'primaryKeyViolation'
}
