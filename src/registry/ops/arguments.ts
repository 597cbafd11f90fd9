/** Reading of method arguments: each by its type, `null` as left out, anything else `invalidArguments` with its name. */
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import { MethodError } from '../method.ts'

function argument(args: JsonObject, name: string): Exclude<Json, null> | undefined {
  return ownValue(args, name) ?? undefined
}

function wrong(name: string, expected: string): MethodError {
  return new MethodError('invalidArguments', `${name} must be ${expected}.`)
}

export function objectArgument(args: JsonObject, name: string): JsonObject | undefined {
  const value = argument(args, name)
  if (value === undefined || isJsonObject(value)) return value
  throw wrong(name, 'an object')
}

export function listArgument(args: JsonObject, name: string): readonly Json[] | undefined {
  const value = argument(args, name)
  if (value === undefined || Array.isArray(value)) return value
  throw wrong(name, 'a list')
}

export function textsArgument(args: JsonObject, name: string): readonly string[] | undefined {
  const value = argument(args, name)
  if (value === undefined) return undefined
  if (Array.isArray(value) && value.every(item => typeof item === 'string')) return value
  throw wrong(name, 'a list of texts')
}

export function textArgument(args: JsonObject, name: string): string | undefined {
  const value = argument(args, name)
  if (value === undefined || typeof value === 'string') return value
  throw wrong(name, 'a text')
}

export function booleanArgument(args: JsonObject, name: string): boolean {
  const value = argument(args, name)
  if (value === undefined || typeof value === 'boolean') return value ?? false
  throw wrong(name, 'true or false')
}

export function integerArgument(args: JsonObject, name: string, min: number): number | undefined {
  const value = argument(args, name)
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min) return value
  throw wrong(name, min === 0 ? 'a whole number, 0 or more' : 'a whole number')
}
