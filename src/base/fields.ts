/**
 * Typed field kinds: the one vocabulary in which registry objects and task variants declare their fields. Validation,
 * the schema that clients load, CLI flags, forms and reference pages are all read from these values.
 *
 * A value has one form, in memory, in the store and on the wire: sets are `{ "member": true }`, object lists are
 * `{ "0": {…} }`, durations are ms, dates are `YYYY-MM-DDTHH:MM:SSZ`, an embedded variant carries `@type`.
 */
import type { Json, JsonObject } from './json.ts'

export type StringFormat =
  | 'string' | 'ipAddress' | 'ipNetwork' | 'socketAddress' | 'emailAddress' | 'secret' | 'secretText' | 'uri'
  | 'color' | 'text' | 'html'
export type NumberFormat = 'integer' | 'unsignedInteger' | 'float' | 'size' | 'duration'
/** `immutable`: settable on creation only. `serverSet`: never settable by a client. */
export type Update = 'mutable' | 'immutable' | 'serverSet'

export interface EnumMember { readonly name: string; readonly label: string; readonly explanation?: string }
export interface EnumType<Name extends string = string> { readonly enumName: string; readonly members: readonly EnumMember[]; readonly _names?: Name }

export interface StringType { readonly type: 'string'; readonly format: StringFormat; readonly minLength?: number; readonly maxLength?: number }
export interface EnumRef { readonly type: 'enum'; readonly enum: EnumType }
export interface ObjectIdType { readonly type: 'objectId'; readonly objectName: string }
export interface NumberType { readonly type: 'number'; readonly format: NumberFormat; readonly min?: number; readonly max?: number }
export type ScalarType = StringType | EnumRef | ObjectIdType
export type MapValueType = StringType | NumberType | EnumRef | { readonly type: 'object'; readonly shape: Shape }
export type FieldType =
  | ScalarType | NumberType
  | { readonly type: 'utcDateTime' } | { readonly type: 'boolean' } | { readonly type: 'blobId' }
  | { readonly type: 'object'; readonly shape: Shape }
  | { readonly type: 'objectList'; readonly shape: Shape; readonly minItems?: number; readonly maxItems?: number }
  | { readonly type: 'set'; readonly class: ScalarType; readonly minItems?: number; readonly maxItems?: number }
  | { readonly type: 'map'; readonly keyClass: ScalarType; readonly valueClass: MapValueType; readonly minItems?: number; readonly maxItems?: number }

export interface Field<T = unknown> {
  readonly type: FieldType
  readonly nullable: boolean
  readonly update: Update
  readonly doc: string
  /** Label in forms; made from the field's name when left out. */
  readonly label?: string
  /** Used when a creation leaves the field out. Without one: false, {}, the first variant, null for nullables, else required. */
  readonly default?: Json
  /** Written beside the object so that queries can filter on it; `unique`: one object of the kind may hold a value. */
  readonly index?: 'filter' | 'unique'
  readonly _value?: T
}
export type Fields = Readonly<Record<string, Field>>
export type Infer<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never }

/**
 * Properties that clients may know from other servers, with values that ask for nothing (null never does): they are taken
 * and forgotten. The first is what this server does.
 */
export type Neutral = Readonly<Record<string, readonly Json[]>>

export interface SingleShape<F extends Fields = Fields> { readonly kind: 'single'; readonly name: string; readonly fields: F; readonly neutral?: Neutral }
export interface ShapeVariant { readonly name: string; readonly label: string; readonly shape?: SingleShape }
export interface VariantShape { readonly kind: 'multiple'; readonly name: string; readonly variants: readonly ShapeVariant[] }
export type Shape = SingleShape | VariantShape

export interface FieldOptions<T = Json> {
  readonly update?: Update
  readonly label?: string
  readonly default?: T
  readonly index?: 'filter' | 'unique'
}
type SetValue<K extends string = string> = { readonly [key in K]?: true }

function field<T>(type: FieldType, doc: string, options: FieldOptions = {}): Field<T> {
  const { update = 'mutable', ...rest } = options
  return { type, doc, update, nullable: false, ...rest }
}

/** The same field, but `null` is a value of it (and its default). */
export function nullable<T>(of: Field<T>): Field<T | null> {
  return { ...of, nullable: true }
}

export function string(doc: string, options: FieldOptions & { format?: StringFormat; minLength?: number; maxLength?: number } = {}): Field<string> {
  const { format = 'string', minLength, maxLength, ...rest } = options
  return field({ type: 'string', format, ...(minLength === undefined ? {} : { minLength }), ...(maxLength === undefined ? {} : { maxLength }) }, doc, rest)
}

export function number(doc: string, format: NumberFormat, options: FieldOptions & { min?: number; max?: number } = {}): Field<number> {
  const { min, max, ...rest } = options
  return field({ type: 'number', format, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }, doc, rest)
}

export const boolean = (doc: string, options: FieldOptions = {}): Field<boolean> => field({ type: 'boolean' }, doc, options)
export const utcDateTime = (doc: string, options: FieldOptions = {}): Field<string> => field({ type: 'utcDateTime' }, doc, options)
export const blobId = (doc: string, options: FieldOptions = {}): Field<string> => field({ type: 'blobId' }, doc, options)
export const objectId = (objectName: string, doc: string, options: FieldOptions = {}): Field<string> => field({ type: 'objectId', objectName }, doc, options)

export function enumType<const M extends readonly EnumMember[]>(enumName: string, members: M): EnumType<M[number]['name']> {
  return { enumName, members }
}
export function oneOf<Name extends string>(of: EnumType<Name>, doc: string, options: FieldOptions<Name> = {}): Field<Name> {
  return field({ type: 'enum', enum: of }, doc, options as FieldOptions)
}

export const embedded = (shape: Shape, doc: string, options: FieldOptions = {}): Field<JsonObject> => field({ type: 'object', shape }, doc, options)
export const objectList = (shape: Shape, doc: string, options: FieldOptions & { minItems?: number; maxItems?: number } = {}): Field<Readonly<Record<string, JsonObject>>> => {
  const { minItems, maxItems, ...rest } = options
  return field({ type: 'objectList', shape, ...(minItems === undefined ? {} : { minItems }), ...(maxItems === undefined ? {} : { maxItems }) }, doc, rest)
}
export function set<K extends string = string>(of: ScalarType, doc: string, options: FieldOptions & { minItems?: number; maxItems?: number } = {}): Field<SetValue<K>> {
  const { minItems, maxItems, ...rest } = options
  return field({ type: 'set', class: of, ...(minItems === undefined ? {} : { minItems }), ...(maxItems === undefined ? {} : { maxItems }) }, doc, rest)
}
export function map<T extends Json>(keyClass: ScalarType, valueClass: MapValueType, doc: string, options: FieldOptions = {}): Field<Readonly<Record<string, T>>> {
  return field({ type: 'map', keyClass, valueClass }, doc, options)
}

export function shape<const F extends Fields>(name: string, fields: F, neutral?: Neutral): SingleShape<F> {
  return { kind: 'single', name, fields, ...(neutral === undefined ? {} : { neutral }) }
}
export function variants(name: string, list: readonly ShapeVariant[]): VariantShape {
  return { kind: 'multiple', name, variants: list }
}

/** The members of a set value. */
export function setMembers(value: { readonly [key: string]: Json | undefined } | undefined): string[] {
  return value === undefined ? [] : Object.keys(value).filter(key => value[key] === true)
}
