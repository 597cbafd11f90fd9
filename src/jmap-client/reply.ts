/** What is read out of method responses, with every surprise of their form caught. */
import type { Json, JsonObject } from '../base/json.ts'
import { isJsonObject } from '../base/json.ts'
import { MethodFailed, ReplyMalformed } from './errors.ts'
import type { SetError } from './set-error.ts'
import { setError, UNANSWERED } from './set-error.ts'

export type Reply =
  | { readonly kind: 'ok'; readonly result: JsonObject }
  | { readonly kind: 'error'; readonly error: MethodFailed }

/** One entry of `methodResponses`, which must answer the method `name`. */
export function parseReply(name: string, response: Json | undefined): Reply {
  const [answered, result] = Array.isArray(response) ? response as Json[] : []
  if (!isJsonObject(result)) throw new ReplyMalformed(name, 'a method response is no object')
  if (answered === 'error') {
    const { type, description } = result
    const text = typeof description === 'string' ? description : null
    return { kind: 'error', error: new MethodFailed(name, typeof type === 'string' ? type : 'serverFail', text) }
  }
  if (answered !== name) throw new ReplyMalformed(name, `it is a response to ${JSON.stringify(answered)}`)
  return { kind: 'ok', result }
}

export function resultOf(from: Reply): JsonObject {
  if (from.kind === 'error') throw from.error
  return from.result
}

/** The SetError of one entry of a `/set`. */
export function refusal(result: JsonObject, map: string, id: string): SetError {
  const error = member(result, map, id)
  return error === undefined ? UNANSWERED : setError(error)
}

export function member(result: JsonObject, map: string, key: string): Json | undefined {
  const entries = result[map]
  return isJsonObject(entries) && Object.hasOwn(entries, key) ? entries[key] : undefined
}

export function strings(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter(entry => typeof entry === 'string') : []
}

export function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}
