/** One request to the API of a node, as an administrator or anybody else would send it. */
import type { JsonObject } from '../../src/base/json.ts'

export type Login = { readonly name: string; readonly password: string } | { readonly token: string }
export type MethodCall = readonly [name: string, args: JsonObject]

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

function authorization(login: Login): string {
  return 'token' in login ? `Bearer ${login.token}` : `Basic ${btoa(`${login.name}:${login.password}`)}`
}
