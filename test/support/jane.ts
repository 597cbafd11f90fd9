/** Somebody who gets mail on a node, and what she finds of it. */
import { assert } from '../../src/base/assert.ts'
import { isJsonObject } from '../../src/base/json.ts'
import { create, type Caller } from './api-call.ts'

export const JANE = { name: 'jane@example.org', password: 'a long secret' }

/** Her domain and account; the account's id. */
export async function createJane(node: Caller): Promise<string> {
  const [domainId = ''] = await create(node, 'Domain', { name: 'example.org' })
  return createPerson(node, domainId, 'jane')
}

/** An account with Jane's password; its id. */
export async function createPerson(node: Caller, domainId: string, name: string): Promise<string> {
  const credentials = { 0: { '@type': 'Password', secret: JANE.password } }
  const [accountId = ''] = await create(node, 'Account', { '@type': 'User', name, domainId, credentials })
  return accountId
}

/** The subjects of the messages that she finds by a text. */
export async function found(node: Caller, accountId: string, text: string): Promise<string[]> {
  const [, reply] = await node.call([
    ['Email/query', { accountId, filter: { text } }],
    ['Email/get', { accountId, properties: ['subject'], '#ids': { resultOf: '0', name: 'Email/query', path: '/ids' } }],
  ], JANE)
  assert(Array.isArray(reply?.['list']), JSON.stringify(reply))
  return reply['list'].filter(isJsonObject).map(email => String(email['subject']))
}
