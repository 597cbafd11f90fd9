/**
 * What an object is: one frozen value in one file of objects/. Validation, the three verbs, permissions, the schema that
 * clients load, forms, lists, CLI and reference pages are all read from it.
 */
import { assert } from '../../base/assert.ts'
import type { FieldType, Fields, Infer, Neutral, Shape } from '../../base/fields.ts'
import { shape as singleShape } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Principal } from '../method.ts'
import type { IndexEntry } from '../ports.ts'
import type { Problems } from '../values/problems.ts'
import { everyField } from '../values/shapes.ts'

export const VERBS = ['Get', 'Query', 'Create', 'Update', 'Destroy'] as const
export type Verb = (typeof VERBS)[number]
export const WRITE_VERBS: readonly Verb[] = ['Create', 'Update', 'Destroy']
/** The one id of a singleton. */
export const SINGLETON_ID = 'singleton'

/** A property that queries may filter on; `range` ones take the four comparisons besides equality. */
export interface Filterable {
  readonly type: FieldType
  readonly label: string
  readonly range?: boolean
  /** The form in which the values are stored, where it is not that of the type. */
  readonly canonical?: (text: string) => string
  /** Finds what has all words of the text, or words that begin with them; the object's `entries` hold them. */
  readonly words?: true
  /** A list of so many values may be asked for: objects with any of them are found. */
  readonly severalMax?: number
}

/** The order of a query: by one property, then by id. The first property is the default. */
export interface Order { readonly properties: readonly [string, ...string[]]; readonly ascending: boolean }

export interface FormSection { readonly title?: string; readonly fields: readonly string[] }
/** A second list over the same object: other columns, some filters fixed. */
export interface View {
  readonly name: string
  readonly title: string
  readonly subtitle: string
  readonly columns: readonly string[]
  readonly filters: Readonly<Record<string, Json>>
}
/** A change that lists offer for the objects that are selected. */
export interface ListAction {
  readonly label: string
  readonly properties: JsonObject
}

/** Where the object stands in the menu of the web console, on its own or in a group; icons are lucide names. */
export interface MenuPlace {
  readonly section: 'Management' | 'Settings'
  readonly link: string
  readonly icon: string
  /** The icon is the group's then. */
  readonly group?: string
}

/** The account that an object belongs to: an indexed reference to an Account. */
export interface Owner {
  readonly property: string
  /** The permission to see and write those of every account. */
  readonly everyones: string
  /** It goes with its account, and does not keep that from being destroyed. */
  readonly takenAlong?: true
}

/** Who writes, from which address, and when. `principal` is null for the server itself, which may do everything. */
export interface WriteContext {
  readonly principal: Principal | null
  readonly remote: string | null
  readonly now: number
}
export interface Stored { readonly id: Id; readonly version: number; readonly body: JsonObject }

/**
 * What an object does besides being stored, in the order in which a write meets it. Each may throw SetFailure.
 * `complete` and `check` judge the values, `prepare` is for slow work (hashing) and stands before the transaction,
 * `derive` and `guard` look at other objects inside it. A write may be tried again, so none of them has outside effects;
 * only `settle` may write, because what others do before the write is kept even when the write turns out impossible.
 */
export interface Hooks<Tx> {
  /** Whether objects of this variant may be created at all. */
  readonly admit?: (variant: string | null) => void
  /** Defaults that depend on time, caller or the stored object, put in before validation. */
  readonly complete?: (raw: JsonObject, before: JsonObject | null, context: WriteContext) => JsonObject
  /** Rules between fields. */
  readonly check?: (next: JsonObject, before: JsonObject | null, problems: Problems) => void
  /** `shown` is sent to the client once, with the reply. */
  readonly prepare?: (
    id: Id,
    next: JsonObject,
    before: JsonObject | null,
    context: WriteContext,
  ) => Promise<{ readonly body: JsonObject; readonly shown?: JsonObject }>
  /** Derived fields and index entries beyond the indexed fields. */
  readonly derive?: (
    tx: Tx,
    id: Id,
    next: JsonObject,
    before: JsonObject | null,
    context: WriteContext,
  ) => Promise<{ readonly body: JsonObject; readonly index: readonly IndexEntry[] }>
  /** Index entries that follow from the body alone, beyond the indexed fields. */
  readonly entries?: (body: JsonObject) => readonly IndexEntry[]
  /**
   * After the write and in its transaction, which still holds the objects that this one refers to: rules that count or
   * compare objects, and what changes along with this one. `next` null: it was removed.
   */
  readonly settle?: (
    tx: Tx,
    id: Id,
    next: JsonObject | null,
    before: JsonObject | null,
    context: WriteContext,
  ) => Promise<void>
  /** Before removal. It may take along what belongs to the object alone: a removal that is refused undoes that. */
  readonly guard?: (tx: Tx, stored: Stored, context: WriteContext) => Promise<void>
  /** Properties that are computed when they are read: a value for each of the objects, in their order. */
  readonly computed?: Readonly<Record<string, (tx: Tx, stored: readonly Stored[]) => Promise<readonly Json[]>>>
}

export interface ObjectDefinition<Value = JsonObject, Tx = unknown> {
  readonly kind: 'object' | 'singleton'
  /** The wire's name without `x:`. */
  readonly name: string
  readonly label: string
  readonly plural: string
  readonly doc: string
  readonly permissionPrefix: string
  /** Writing an object of a variant needs the permission of this prefix and the variant's name besides. */
  readonly variantPermissionPrefix?: string
  readonly verbs: readonly Verb[]
  /** Set where accounts see and write their own ones only. */
  readonly owner?: Owner
  readonly shape: Shape
  /** What clients show for a reference to such an object. */
  readonly labelProperty?: string
  readonly columns: readonly string[]
  readonly filters: Readonly<Record<string, Filterable>>
  readonly order: Order
  /** Sections of the form, by the name of the shape; a shape that is not named gets one section with all its fields. */
  readonly sections: Readonly<Record<string, readonly FormSection[]>>
  readonly views: readonly View[]
  readonly actions: readonly ListAction[]
  readonly menu?: MenuPlace
  /** Which property of the form a unique index entry belongs to, where the names differ. */
  readonly keyProperties: Readonly<Record<string, string>>
  readonly hooks: Hooks<Tx>
  readonly _value?: Value
}

interface Declared<Tx> {
  /** Of the shape that `fields` make. */
  readonly neutral?: Neutral
  readonly name: string
  readonly label: string
  readonly plural?: string
  readonly doc: string
  readonly verbs?: readonly Verb[]
  readonly owner?: Owner
  readonly variantPermissionPrefix?: string
  readonly labelProperty?: string
  readonly columns?: readonly string[]
  readonly filters?: Readonly<Record<string, Filterable>>
  readonly order?: Order
  readonly sections?: Readonly<Record<string, readonly FormSection[]>> | readonly FormSection[]
  readonly views?: readonly View[]
  readonly actions?: readonly ListAction[]
  readonly menu?: MenuPlace
  readonly keyProperties?: Readonly<Record<string, string>>
  readonly hooks?: Hooks<Tx>
}

const BY_AGE: Order = { properties: ['id'], ascending: false }

/** An object of one shape: `fields`; an object with variants: `variants`. Its values are typed from `fields`. */
export function object<const F extends Fields, Tx = unknown>(
  declared: Declared<Tx> & { readonly fields: F },
): ObjectDefinition<Infer<F>, Tx>
export function object<Tx = unknown>(
  declared: Declared<Tx> & { readonly shape: Shape },
): ObjectDefinition<JsonObject, Tx>
export function object<Tx>(
  declared: Declared<Tx> & { readonly fields?: Fields; readonly shape?: Shape },
): ObjectDefinition<never, Tx> {
  return define('object', declared, declared.verbs ?? VERBS)
}

/** The one object of its kind: always there, with its defaults until it is written. */
export function singleton<const F extends Fields, Tx = unknown>(
  declared: Declared<Tx> & { readonly fields: F },
): ObjectDefinition<Infer<F>, Tx> {
  return define('singleton', declared, ['Get', 'Update'])
}

function define<Tx>(
  kind: 'object' | 'singleton',
  declared: Declared<Tx> & { readonly fields?: Fields; readonly shape?: Shape },
  verbs: readonly Verb[],
): ObjectDefinition<never, Tx> {
  const { name, label, doc } = declared
  const shape = declared.shape ?? singleShape(name, declared.fields ?? {}, declared.neutral)
  const fields = everyField(shape)
  assert(
    !['id', '@type'].some(reserved => Object.hasOwn(fields, reserved)),
    `${name} declares id or @type as a field`,
  )
  if (declared.owner !== undefined) assertOwner(declared.owner, fields, name)
  const sections = declared.sections ?? {}
  return Object.freeze({
    kind, name, label, doc, verbs, shape,
    plural: declared.plural ?? `${label}s`,
    permissionPrefix: `sys${name}`,
    columns: declared.columns ?? [],
    filters: declared.filters ?? indexedFields(shape, fields),
    order: declared.order ?? BY_AGE,
    sections: Array.isArray(sections)
      ? { [shape.name]: sections }
      : (sections as Readonly<Record<string, readonly FormSection[]>>),
    views: declared.views ?? [],
    actions: declared.actions ?? [],
    keyProperties: declared.keyProperties ?? {},
    hooks: declared.hooks ?? {},
    ...(declared.owner === undefined ? {} : { owner: declared.owner }),
    ...(declared.labelProperty === undefined ? {} : { labelProperty: declared.labelProperty }),
    ...(declared.variantPermissionPrefix === undefined
      ? {}
      : { variantPermissionPrefix: declared.variantPermissionPrefix }),
    ...(declared.menu === undefined ? {} : { menu: declared.menu }),
  })
}

/** Queries filter on the owner, so it must be indexed. */
function assertOwner({ property }: Owner, fields: Fields, name: string): void {
  const field = Object.hasOwn(fields, property) ? fields[property] : undefined
  assert(
    field?.type.type === 'objectId' && field.type.objectName === 'Account' && field.index !== undefined,
    `the owner of ${name} is no indexed reference to an Account`,
  )
}

/** The name of the enumeration of an object's variants, for its `@type` filter. */
function typeEnumName(name: string): string {
  return `${name}Type`
}

function indexedFields(shape: Shape, fields: Fields): Readonly<Record<string, Filterable>> {
  const indexed = Object.entries(fields).filter(([, field]) => field.index !== undefined)
  const byField = indexed.map(([name, field]): [string, Filterable] => [
    name,
    { type: field.type, label: field.label ?? labelOf(name) },
  ])
  return Object.fromEntries(
    shape.kind === 'multiple' ? [['@type', typeFilter(shape.name, shape.variants)], ...byField] : byField,
  )
}

/** The filter on the variant. */
export function typeFilter(
  name: string,
  variants: readonly { readonly name: string; readonly label: string }[],
): Filterable {
  return { type: { type: 'enum', enum: { enumName: typeEnumName(name), members: variants.map(({ name, label }) => ({ name, label })) } }, label: 'Type' }
}

const ACRONYMS: Readonly<Record<string, string>> = {
  tls: 'TLS',
  dns: 'DNS',
  ip: 'IP',
  ips: 'IPs',
  uid: 'UID',
  dkim: 'DKIM',
  mx: 'MX',
  id: 'id',
}

/** `tlsDisableProtocols` → `TLS disable protocols`. */
export function labelOf(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(' ')
    .map(word => ACRONYMS[word] ?? word)
  const text = words.join(' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
