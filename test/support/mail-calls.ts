/** Calls of the mail methods as the dispatcher makes them. */
import assert from 'node:assert/strict'
import type { JsonObject } from '../../src/base/json.ts'
import { mailMethods } from '../../src/jmap/methods/mail.ts'
import { MethodError } from '../../src/registry/method.ts'
import type { MethodErrorType } from '../../src/registry/method.ts'
import type { MailRecipient } from '../../src/services/directory/directory.ts'
import { MAIL_PERMISSIONS } from '../../src/registry/schema/permissions.ts'
import { BOB } from './mail-world.ts'
import type { MailWorld } from './mail-world.ts'

const ALL = MAIL_PERMISSIONS.map(permission => permission.name)

export interface CallOptions {
  readonly as?: MailRecipient
  readonly permissions?: readonly string[]
  /** Of which the caller is a member. */
  readonly groups?: readonly MailRecipient[]
}
export type Call = (name: string, args?: JsonObject, options?: CallOptions) => Promise<JsonObject>

/** `accountId` is the caller's own unless the arguments say otherwise. */
export function mailCalls(world: MailWorld): Call {
  const methods = mailMethods(world)
  return (name, args = {}, { as: { accountId } = BOB, permissions = ALL, groups = [] } = {}) => {
    const method = methods.get(name)
    assert(method, name)
    const principal = { accountId, name: 'somebody', permissions: new Set(permissions), groups: groups.map(group => ({ ...group, name: 'group' })) }
    return method({ accountId, ...args }, { principal, createdIds: new Map() })
  }
}

export async function refused(call: Promise<unknown>, type: MethodErrorType, description = /./): Promise<void> {
  await assert.rejects(call, error => error instanceof MethodError && error.type === type && description.test(error.message))
}
