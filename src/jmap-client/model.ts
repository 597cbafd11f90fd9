/**
 * The schema as questions that a client asks: which objects are there, which fields has this variant, how is
 * it listed. Names go in and come out without the prefix `x:`.
 */
import type { Json } from '../base/json.ts'
import type { EnumVariant, Field, Form, List, Schema } from './schema.ts'

export interface ObjectEntry {
  readonly name: string
  /** With the prefix: what methods are called by. */
  readonly wire: string
  readonly kind: 'object' | 'singleton'
  readonly description: string
  readonly permissionPrefix: string
}
export type Verb = 'Get' | 'Query' | 'Create' | 'Update' | 'Destroy'
/** `name` is null for a shape without variants. */
export interface Variant {
  readonly name: string | null
  readonly label: string
  readonly fields: ReadonlyMap<string, Field>
  readonly defaults: ReadonlyMap<string, Json>
}

/** A link of the menu, as the schema calls it. */
export interface MenuLink {
  /** `Management`, `Settings`. */
  readonly section: string
  /** null: it stands for itself. */
  readonly heading: string | null
  readonly icon: string | null
  readonly label: string
  /** An object, or a view of one: `Task/TaskFailed`. */
  readonly view: string
}

const PREFIX = 'x:'
const PERMISSION_ENUM = 'Permission'

export class Model {
  readonly #schema: Schema
  readonly #objects: Map<string, ObjectEntry>

  constructor(schema: Schema) {
    this.#schema = schema
    this.#objects = new Map()
    for (const [wire, type] of Object.entries(schema.objects)) {
      if (type.type === 'view' || !wire.startsWith(PREFIX)) continue
      const { description, permissionPrefix } = type
      const name = bare(wire)
      this.#objects.set(name, { name, wire, kind: type.type, description, permissionPrefix })
    }
  }

  objects(): ObjectEntry[] {
    return [...this.#objects.values()]
  }

  object(name: string): ObjectEntry | null {
    return this.#objects.get(bare(name)) ?? null
  }

  /** The object that a reference leads to; references may name a view of it. */
  referenced(objectName: string): ObjectEntry | null {
    const type = own(this.#schema.objects, objectName)
    return this.object(type?.type === 'view' ? type.objectName : objectName)
  }

  /** Names of every object and embedded shape. */
  shapes(): string[] {
    return Object.keys(this.#schema.schemas).map(bare)
  }

  /** One entry with the name null for a shape without variants; empty for an unknown name. */
  variants(shape: string): Variant[] {
    const schema = own(this.#schema.schemas, PREFIX + bare(shape))
    if (schema === undefined) return []
    if (schema.type === 'single') return [this.#variant(null, bare(shape), schema.schemaName)]
    return schema.variants.map(({ name, label, schemaName }) => this.#variant(name, label, schemaName))
  }

  /** How a form of the variant is laid out: the fields by section, each with its label. */
  sections(shape: string, variant: string | null): Form['sections'] {
    const schema = own(this.#schema.schemas, PREFIX + bare(shape))
    const schemaName = schema?.type === 'multiple' ? schema.variants.find(({ name }) => name === variant)?.schemaName : schema?.schemaName
    return (schemaName === undefined ? undefined : own(this.#schema.forms, schemaName))?.sections ?? []
  }

  list(name: string): List | null {
    return own(this.#schema.lists, PREFIX + bare(name)) ?? null
  }

  /** In the order of the menu. */
  menu(): MenuLink[] {
    return this.#schema.layouts.flatMap(({ name: section, items }) => items.flatMap(({ link, container }): MenuLink[] => [
      ...(link === undefined ? [] : [{ section, heading: null, icon: link.icon ?? null, label: link.name, view: bare(link.viewName) }]),
      ...(container?.items ?? []).flatMap(({ name: label, viewName }) => viewName === undefined ? []
        : [{ section, heading: container?.name ?? null, icon: container?.icon ?? null, label, view: bare(viewName) }]),
    ]))
  }

  enums(): string[] {
    return Object.keys(this.#schema.enums)
  }

  enum(name: string): readonly EnumVariant[] {
    return own(this.#schema.enums, name) ?? []
  }

  /** Whether this server offers it to anybody at all; one that does not list its permissions may. */
  offers(object: ObjectEntry, verb: Verb): boolean {
    const known = this.enum(PERMISSION_ENUM)
    return known.length === 0 || known.some(({ name }) => name === object.permissionPrefix + verb)
  }

  #variant(name: string | null, label: string, schemaName: string | undefined): Variant {
    const declared = schemaName === undefined ? undefined : own(this.#schema.fields, schemaName)
    return {
      name,
      label,
      fields: new Map(Object.entries(declared?.properties ?? {})),
      defaults: new Map(Object.entries(declared?.defaults ?? {})),
    }
  }
}

export function bare(name: string): string {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
