/**
 * Result references (RFC 8620 §3.7): an argument `#ids: { resultOf, name, path }` takes its value from the
 * reply to an earlier call of the same request. The path is a JSON Pointer (RFC 6901) with `*` for every item
 * of a list.
 */
import { isJsonObject, ownValue } from '../base/json.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { MethodError } from '../registry/method.ts'

export interface MethodResponse {
  readonly name: string
  readonly result: JsonObject
  readonly id: string
}

/**
 * What all references of one request may bring in together, in values and characters. A call that refers
 * twice to the whole of the one before it doubles in size; sixteen in a row would be a reply of gigabytes. Ten times as much
 * would still keep everybody else waiting for seconds; 500 ids, for which references are made, are 7,000.
 */
export const REFERENCED_SIZE_MAX = 1_000_000
const PATH_LENGTH_MAX = 1_000

export class BackReferences {
  #sizeLeft = REFERENCED_SIZE_MAX

  /** The arguments without references. Throws MethodError. */
  resolve(args: JsonObject, responses: readonly MethodResponse[]): JsonObject {
    const entries = Object.entries(args)
    if (!entries.some(([key]) => key.startsWith('#'))) return args
    return Object.fromEntries(entries.map(([key, value]) => {
      if (!key.startsWith('#')) return [key, value]
      const name = key.slice(1)
      if (Object.hasOwn(args, name)) {
        throw new MethodError('invalidArguments', `Both "${name}" and "${key}" are given.`)
      }
      return [name, this.#follow(key, value, responses)]
    }))
  }

  #follow(key: string, reference: Json, responses: readonly MethodResponse[]): Json {
    const { resultOf, name, path } = parseReference(key, reference)
    const response = responses.find(({ id }) => id === resultOf)
    if (!response) throw invalid(key, 'there is no earlier call with that id')
    if (response.name !== name) throw invalid(key, `that call was answered with ${response.name}`)
    const value = atPath(response.result, path.split('/').slice(1).map(unescaped))
    if (value === undefined) throw invalid(key, 'the path leads to nothing')
    this.#sizeLeft = sizeLeft(value, this.#sizeLeft)
    if (this.#sizeLeft < 0) {
      throw new MethodError('requestTooLarge', `"${key}" and the references before it bring in too much.`)
    }
    return value
  }
}

interface Reference { readonly resultOf: string; readonly name: string; readonly path: string }

function parseReference(key: string, reference: Json): Reference {
  if (!isJsonObject(reference)) throw invalid(key, 'it is not { resultOf, name, path }')
  const [resultOf, name, path] = ['resultOf', 'name', 'path'].map(member => ownValue(reference, member))
  if (typeof resultOf !== 'string' || typeof name !== 'string' || typeof path !== 'string') {
    throw invalid(key, 'it is not { resultOf, name, path }')
  }
  if (path.length > PATH_LENGTH_MAX) throw invalid(key, 'the path is too long')
  if (path !== '' && !path.startsWith('/')) throw invalid(key, 'the path does not begin with /')
  return { resultOf, name, path }
}

function invalid(key: string, why: string): MethodError {
  return new MethodError('invalidResultReference', `"${key}" cannot be resolved: ${why}.`)
}

function unescaped(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}

const LIST_INDEX = /^(?:0|[1-9][0-9]*)$/

/**
 * Undefined when the path leads nowhere. Recursion is as deep as the value, which parseRequest has bounded.
 */
function atPath(value: Json, tokens: readonly string[]): Json | undefined {
  const [token, ...rest] = tokens
  if (token === undefined) return value
  if (Array.isArray(value)) {
    const list = value as readonly Json[]
    if (token === '*') return everyItem(list, rest)
    const item = LIST_INDEX.test(token) ? list[Number(token)] : undefined
    return item === undefined ? undefined : atPath(item, rest)
  }
  const member = isJsonObject(value) ? ownValue(value, token) : undefined
  return member === undefined ? undefined : atPath(member, rest)
}

/** Lists among the results are flattened by one level, as the RFC wants. */
function everyItem(list: readonly Json[], tokens: readonly string[]): Json | undefined {
  const found: Json[] = []
  for (const item of list) {
    const value = atPath(item, tokens)
    if (value === undefined) return undefined
    if (!Array.isArray(value)) found.push(value)
    else for (const each of value as readonly Json[]) found.push(each)
  }
  return found
}

/** `limit` less the size of the value; stops as soon as that is negative. */
function sizeLeft(value: Json, limit: number): number {
  let left = limit
  const pending: Json[] = [value]
  for (let next = pending.pop(); next !== undefined && left >= 0; next = pending.pop()) {
    left -= typeof next === 'string' ? next.length + 1 : 1
    if (typeof next !== 'object' || next === null) continue
    if (Array.isArray(next)) {
      for (const child of next as readonly Json[]) pending.push(child)
    } else for (const [key, child] of Object.entries(next)) {
      left -= key.length
      pending.push(child)
    }
  }
  return left
}
