/** A variant's declared fields in the form of test/data/task-variants.json, the facts that clients of the API rely on. */
import { readFileSync } from 'node:fs'
import type { Field, Fields, FieldType, ScalarType } from '../../src/base/fields.ts'
import type { AnyVariant } from '../../src/engine/task-variant.ts'

const FACTS = JSON.parse(readFileSync(new URL('../data/task-variants.json', import.meta.url), 'utf8')) as Record<string, unknown>

/** All names of the wire, in its order. */
export const VARIANT_NAMES: readonly string[] = Object.keys(FACTS)

export function expectedFields(variantName: string): unknown {
  return FACTS[variantName]
}

export function declaredFields(variant: AnyVariant): unknown {
  return describeFields(variant.fields as Fields)
}

function describeFields(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, describe(field)]))
}

function describe(field: Field): unknown {
  const type = { ...describeType(field.type), ...(field.nullable ? { nullable: true } : {}) }
  return { type, update: field.update, ...(field.default === undefined ? {} : { default: field.default }) }
}

function describeType(type: FieldType | ScalarType): object {
  switch (type.type) {
    case 'enum':
      return { type: 'enum', enumName: type.enum.enumName, enum: type.enum.members.map(member => member.name) }
    case 'set':
      return { type: 'set', class: describeType(type.class) }
    case 'object':
    case 'objectList': {
      const shape = type.shape
      if (shape.kind !== 'single') throw new Error(`${shape.name}: no variant embeds another union`)
      return { type: type.type, objectName: shape.name, shape: describeFields(shape.fields) }
    }
    default:
      return type
  }
}
