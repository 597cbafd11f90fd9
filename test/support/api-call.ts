/** Requests to the API of a node, as an administrator or anybody else would send them. */
import { assert } from '../../src/base/assert.ts'
import { isJsonObject, type Json, type JsonObject } from '../../src/base/json.ts'

export type Login = { readonly name: string; readonly password: string } | { readonly token: string }
export type MethodCall = readonly [name: string, args: JsonObject]

/** A node, in whatever process it is; without a login it is the administrator who calls. */
export interface Caller {
  call(calls: readonly MethodCall[], login?: { name: string; password: string }): Promise<JsonObject[]>
}

/** The results in order; a call that failed as a whole gives `{ error }`. Rejects when the request did. */
export async function apiCall(port: number, login: Login, calls: readonly MethodCall[]): Promise<JsonObject[]> {
  const response = await fetch(`http://127.0.0.1:${port}/jmap`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: authorization(login) },
    body: JSON.stringify({ using: [], methodCalls: calls.map(([name, args], index) => [name, args, String(index)]) }),
  })
  if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${await response.text()}`)
  const { methodResponses } = await response.json() as { methodResponses: [string, JsonObject, string][] }
  return methodResponses.map(([name, result]) => (name === 'error' ? { error: result } : result))
}

/** The ids of new objects, in their order. */
export async function create(node: Caller, object: string, ...bodies: readonly JsonObject[]): Promise<string[]> {
  const named = Object.fromEntries(bodies.map((body, index) => [`n${index}`, body]))
  const [reply] = await node.call([[`x:${object}/set`, { create: named }]])
  return bodies.map((_, index) => String(part(part(reply, 'created'), `n${index}`)['id']))
}

/** A change that must be accepted. */
export async function update(node: Caller, object: string, id: string, patch: JsonObject): Promise<void> {
  const [reply] = await node.call([[`x:${object}/set`, { update: { [id]: patch } }]])
  assert(isJsonObject(reply?.['updated']) && Object.hasOwn(reply['updated'], id), `not updated: ${JSON.stringify(reply)}`)
}

/** What a query finds, at most a page of it. */
export async function list(node: Caller, object: string, filter: JsonObject = {}): Promise<JsonObject[]> {
  const [, reply] = await node.call([
    [`x:${object}/query`, { filter }],
    [`x:${object}/get`, { '#ids': { resultOf: '0', name: `x:${object}/query`, path: '/ids' } }],
  ])
  assert(Array.isArray(reply?.['list']), JSON.stringify(reply))
  return reply['list'].filter(isJsonObject)
}

/** A part of a reply that must be an object. */
export function part(value: Json | undefined, name: string): JsonObject {
  const found = isJsonObject(value) ? value[name] : undefined
  assert(isJsonObject(found), `no ${name} in ${JSON.stringify(value)}`)
  return found
}

function authorization(login: Login): string {
  return 'token' in login ? `Bearer ${login.token}` : `Basic ${btoa(`${login.name}:${login.password}`)}`
}
