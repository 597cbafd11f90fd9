/** One object as names and values; what is embedded appears under the pointer that `--field` takes for it. */
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import type { Model, Variant } from '../../jmap-client/model.ts'
import { bare } from '../../jmap-client/model.ts'
import type { FieldType } from '../../jmap-client/schema.ts'
import type { CellStyle } from './cell.ts'
import { cellText } from './cell.ts'

type Pair = readonly [string, string]

const FIRST = ['id', '@type']

export function detailPairs(model: Model, shape: string, row: JsonObject, style: CellStyle): Pair[] {
  const head = FIRST.flatMap((key): Pair[] => key in row ? [[key, cellText(row[key], null, style)]] : [])
  const variant = variantOf(model, shape, row)
  const known = [...variant?.fields ?? []].filter(([name]) => name in row)
  const rest = Object.keys(row).filter(key => !FIRST.includes(key) && !variant?.fields.has(key))
  return [
    ...head,
    ...known.flatMap(([name, field]) => pairs(model, name, row[name] ?? null, field.type, style)),
    ...rest.map((name): Pair => [name, cellText(row[name], null, style)]),
  ]
}

function pairs(model: Model, path: string, value: Json, type: FieldType, style: CellStyle): Pair[] {
  if (type.type !== 'object' || !isJsonObject(value)) return [[path, cellText(value, type, style)]]
  const variant = variantOf(model, bare(type.objectName), value)
  const named = typeof value['@type'] === 'string' ? [[path, cellText(value['@type'], null, style)] as const] : []
  const inner = Object.entries(value).filter(([key]) => key !== '@type').flatMap(([key, entry]) => {
    const field = variant?.fields.get(key)
    if (field) return pairs(model, `${path}/${key}`, entry, field.type, style)
    return [[`${path}/${key}`, cellText(entry, null, style)] as const]
  })
  return [...named, ...inner]
}

function variantOf(model: Model, shape: string, value: JsonObject): Variant | undefined {
  const variants = model.variants(shape)
  return variants.find(variant => variant.name === null || variant.name === value['@type'])
}
