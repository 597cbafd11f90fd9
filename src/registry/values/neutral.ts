/**
 * Properties that other servers of this API have and this one has not. Clients that send back all that they know of an
 * object (Terraform) send them too. A value that asks for nothing is taken and forgotten: null, or one that the declaration
 * lists as neutral, because it is what this server does anyway or what a client sends that was told nothing. Any other
 * value is refused: whoever asks for something has to hear that it will not happen.
 */
import type { Neutral, Shape } from '../../base/fields.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import type { Path, Problems } from './problems.ts'
import { fieldsOf } from './shapes.ts'

/** What is sent to `path`, whose first step inside the shape, `name`, is no field of it. `rest`: further steps. */
export interface Undeclared {
  readonly shape: Shape
  /** Of the shape; says which variant it is. */
  readonly of: JsonObject
  readonly name: string
  readonly rest: readonly string[]
  readonly value: Json
  readonly path: Path
}

/** Notes a problem unless the value is neutral. */
export function judgeUndeclared({ shape, of, name, rest, value, path }: Undeclared, problems: Problems): void {
  const neutral = neutralOf(shape, of)
  const values = Object.hasOwn(neutral, name) ? neutral[name] : undefined
  if (values === undefined) problems.unknown(path, fieldsOf(shape, of) ?? {})
  else if (value !== null && !values.some(each => means(value, inside(each, rest)))) {
    const instead = values[0] === undefined ? 'null' : JSON.stringify(values[0])
    problems.patch(path, `is not in this version of Rota; leave it out, or send ${instead}.`)
  }
}

function neutralOf(shape: Shape, of: JsonObject): Neutral {
  if (shape.kind === 'single') return shape.neutral ?? {}
  return shape.variants.find(each => each.name === ownValue(of, '@type'))?.shape?.neutral ?? {}
}

function inside(value: Json, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((part, key) => isJsonObject(part) ? ownValue(part, key) : undefined, value)
}

/** An embedded variant may leave out what has its neutral value; sets have the same members, also as arrays. */
function means(value: Json, neutral: Json | undefined): boolean {
  if (!isJsonObject(neutral)) return value === neutral
  if (!Object.hasOwn(neutral, '@type')) return haveSameMembers(value, neutral)
  if (!isJsonObject(value) || ownValue(value, '@type') !== neutral['@type']) return false
  return Object.entries(value).every(([key, part]) => part === null || means(part, ownValue(neutral, key)))
}

/** Compared only when there are as many: what was sent may be long. */
function haveSameMembers(value: Json, neutral: JsonObject): boolean {
  const [sent, expected] = [membersOf(value), membersOf(neutral)]
  return sent?.length === expected?.length && sortedText(sent ?? []) === sortedText(expected ?? [])
}

/** Null when it is no set. */
function membersOf(value: Json): readonly Json[] | null {
  if (Array.isArray(value)) return value
  return isJsonObject(value) ? Object.keys(value).filter(key => value[key] !== null && value[key] !== false) : null
}

function sortedText(members: readonly Json[]): string {
  return members.map(member => JSON.stringify(member)).toSorted().join()
}
