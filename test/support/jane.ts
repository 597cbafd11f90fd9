/** Somebody who gets mail on a node, and what she finds of it. */
import type { JsonObject } from '../../src/base/json.ts'
import { isJsonObject } from '../../src/base/json.ts'
import { assert } from '../../src/base/assert.ts'
import type { NodeProcess } from './node-process.ts'

export const JANE = { name: 'jane@example.org', password: 'a long secret' }

/** Her domain and account; the account's id. */
export async function createJane(node: NodeProcess): Promise<string> {
  const domainId = await node.create('Domain', { name: 'example.org' })
  const credentials = { 0: { '@type': 'Password', secret: JANE.password } }
  return node.create('Account', { '@type': 'User', name: 'jane', domainId, credentials })
}

/** The subjects of the messages that she finds by a text. */
export async function found(node: NodeProcess, accountId: string, text: string): Promise<string[]> {
  const [, reply] = await node.call([
    ['Email/query', { accountId, filter: { text } }],
    ['Email/get', { accountId, properties: ['subject'], '#ids': { resultOf: '0', name: 'Email/query', path: '/ids' } }],
  ], JANE)
  assert(Array.isArray(reply?.['list']), JSON.stringify(reply))
  return reply['list'].filter(isJsonObject).map((email: JsonObject) => String(email['subject']))
}
