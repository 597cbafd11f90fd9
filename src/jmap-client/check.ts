/**
 * Checks for JSON that comes from outside, from which its TypeScript type is read: one declaration for both.
 * A check throws Mismatch with the path of the first value that is wrong; keys that it does not know are left
 * alone.
 */
import type { Json } from '../base/json.ts'
import { isJsonObject } from '../base/json.ts'

export interface Check<T> {
  (value: unknown, path: string): void
  readonly _value?: T
}
export interface OptionalCheck<T> extends Check<T> { readonly optional: true }
export type Checked<C> = C extends Check<infer T> ? T : never

export class Mismatch extends Error {
  override readonly name = 'Mismatch'
}

/** The value itself, once it has passed. */
export function parse<T>(check: Check<T>, value: unknown): T {
  check(value, '')
  return value as T
}

export const json: Check<Json> = () => undefined
export const text: Check<string> = (value, path) => { expect(typeof value === 'string', path, 'a string') }
export const flag: Check<boolean> = (value, path) => { expect(typeof value === 'boolean', path, 'true or false') }
export const amount: Check<number> = (value, path) => { expect(typeof value === 'number', path, 'a number') }

export function word<const W extends string>(...words: readonly W[]): Check<W> {
  const known = new Set<unknown>(words)
  return (value, path) => { expect(known.has(value), path, `one of ${words.join(', ')}`) }
}

export function listOf<T>(item: Check<T>): Check<readonly T[]> {
  return (value, path) => {
    expect(Array.isArray(value), path, 'a list')
    for (const [index, entry] of (value as unknown[]).entries()) item(entry, `${path}/${index}`)
  }
}

export function recordOf<T>(item: Check<T>): Check<Readonly<Record<string, T>>> {
  return (value, path) => {
    expect(isJsonObject(value), path, 'an object')
    for (const [key, entry] of Object.entries(value as object)) item(entry, `${path}/${key}`)
  }
}

export function optional<T>(of: Check<T>): OptionalCheck<T> {
  const check: Check<T> = (value, path) => { of(value, path) }
  return Object.assign(check, { optional: true as const })
}

type Members = Readonly<Record<string, Check<unknown>>>
type Flat<T> = { [K in keyof T]: T[K] }
type ObjectOf<M extends Members> = Flat<
  { readonly [K in keyof M as M[K] extends OptionalCheck<unknown> ? never : K]: Checked<M[K]> } &
  { readonly [K in keyof M as M[K] extends OptionalCheck<unknown> ? K : never]?: Checked<M[K]> }
>

export function objectOf<const M extends Members>(members: M): Check<ObjectOf<M>> {
  return (value, path) => {
    expect(isJsonObject(value), path, 'an object')
    for (const [key, check] of Object.entries(members)) {
      if (Object.hasOwn(value, key)) check((value as Record<string, unknown>)[key], `${path}/${key}`)
      else expect('optional' in check, `${path}/${key}`, 'there')
    }
  }
}

type TaggedOf<Tag extends string, V extends Readonly<Record<string, Members>>> = {
  [K in keyof V]: Flat<{ readonly [T in Tag]: K } & ObjectOf<V[K]>>
}[keyof V]

/** A union told apart by the word under `tag`. */
export function taggedOf<const Tag extends string, const V extends Readonly<Record<string, Members>>>(
  tag: Tag, variants: V,
): Check<TaggedOf<Tag, V>> {
  const checks = new Map(Object.entries(variants).map(([name, members]) => [name, objectOf(members)]))
  return (value, path) => {
    expect(isJsonObject(value), path, 'an object')
    const found = checks.get(String((value as Record<string, unknown>)[tag]))
    if (!found) throw new Mismatch(`${path}/${tag} must be one of ${[...checks.keys()].join(', ')}`)
    found(value, path)
  }
}

function expect(holds: boolean, path: string, what: string): asserts holds {
  if (!holds) throw new Mismatch(`${path === '' ? 'it' : path} must be ${what}`)
}
