/** Any value of the schema as something to read. `short`: one line, for a cell. */
import { Link } from '@tanstack/react-router'
import type { Json, JsonObject } from '../../../src/base/json.ts'
import { isJsonObject } from '../../../src/base/json.ts'
import { bare } from '../../../src/jmap-client/model.ts'
import type { FieldType } from '../../../src/jmap-client/schema.ts'
import { useModel } from '../api/context.ts'
import { useObject } from '../api/hooks.ts'
import { Bytes, Count, Duration } from '../parts/amounts.tsx'
import { Badge } from '../parts/status.tsx'
import { Time } from '../parts/time.tsx'
import { useTexts } from '../texts/language.ts'
import { objectAddress } from './places.ts'
import css from './value.module.css'

export function Value({ value, type, short = false }: { readonly value: Json | undefined; readonly type: FieldType | null; readonly short?: boolean }) {
  const t = useTexts()
  const model = useModel()
  if (value === undefined || value === null || value === '') return <span className={css['none']}>–</span>
  if (type === null) return <span>{typeof value === 'string' ? value : JSON.stringify(value)}</span>
  switch (type.type) {
    case 'boolean': return <span>{value === true ? t.form.yes : t.form.no}</span>
    case 'utcDateTime': return <Time at={String(value)} />
    case 'number': return <Amount value={Number(value)} format={type.format} />
    case 'enum': return <span>{model.enum(type.enumName).find(({ name }) => name === value)?.label ?? String(value)}</span>
    case 'objectId': return <Reference object={type.objectName} id={String(value)} />
    case 'object': return isJsonObject(value) ? <Shape value={value} shape={type.objectName} short={short} /> : null
    case 'objectList': return <Many items={entriesOf(value)} short={short} show={item => isJsonObject(item) ? <Shape value={item} shape={type.objectName} short={short} /> : null} />
    case 'set': return <Many items={keysOf(value)} short={short} show={item => <Value value={item} type={type.class} short />} />
    case 'map': return isJsonObject(value)
      ? <Many items={Object.entries(value)} short={short} show={([key, each]) => <span><Value value={key} type={type.keyClass} short />: <Value value={each} type={type.valueClass} short /></span>} />
      : null
    case 'blobId': return <code>{String(value)}</code>
    default: return <span className={short ? undefined : css['text']}>{String(value)}</span>
  }
}

function Amount({ value, format }: { readonly value: number; readonly format: string }) {
  if (format === 'duration') return <Duration ms={value} />
  if (format === 'size') return <Bytes value={value} />
  return <Count value={value} />
}

/** The name of the object that is meant, leading to it. */
export function Reference({ object, id }: { readonly object: string; readonly id: string }) {
  const model = useModel()
  const entry = model.referenced(object)
  if (entry === null) return <code>{id}</code>
  return <Named object={entry.name} id={id} />
}

function Named({ object, id }: { readonly object: string; readonly id: string }) {
  const { data } = useObject(object, id)
  const property = useLabelProperty(object)
  const label = data === null || data === undefined ? id : labelOf(property, data)
  return <Link to={objectAddress(object, id)}>{label}</Link>
}

function useLabelProperty(object: string): string | null {
  return useModel().list(object)?.labelProperty ?? null
}

export function labelOf(property: string | null, row: JsonObject): string {
  for (const key of [property, 'emailAddress', 'name', 'description', 'subject', 'hostname']) {
    const value = key === null ? undefined : row[key]
    if (typeof value === 'string' && value !== '') return value
  }
  return String(row['id'])
}

function Shape({ value, shape, short }: { readonly value: JsonObject; readonly shape: string; readonly short: boolean }) {
  const model = useModel()
  const variants = model.variants(bare(shape))
  const variant = variants.find(({ name }) => name === null || name === value['@type'])
  if (variant === undefined) return <code>{JSON.stringify(value)}</code>
  if (short) return <Badge>{variant.name === null ? Object.values(value).slice(0, 3).map(String).join(' · ') : variant.label}</Badge>
  return (
    <div className={css['shape']}>
      {variant.name === null ? null : <span className={css['variant']}>{variant.label}</span>}
      <dl className={css['fields']}>
        {[...variant.fields].filter(([name]) => value[name] !== undefined && value[name] !== null).map(([name, field]) => (
          <div key={name}><dt>{wordsOf(name)}</dt><dd><Value value={value[name]} type={field.type} /></dd></div>
        ))}
      </dl>
    </div>
  )
}

function Many<T>({ items, show, short }: { readonly items: readonly T[]; readonly show: (item: T) => React.ReactNode; readonly short: boolean }) {
  if (items.length === 0) return <span className={css['none']}>–</span>
  if (short) return <span className={css['inline']}>{items.slice(0, 5).map((item, index) => <span key={index}>{show(item)}</span>)}</span>
  return <ul className={css['many']}>{items.map((item, index) => <li key={index}>{show(item)}</li>)}</ul>
}

/** Lists of objects travel as maps by index. */
function entriesOf(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[]
  return isJsonObject(value) ? Object.values(value) : []
}

/** Sets travel as `{ member: true }`. */
function keysOf(value: Json): readonly string[] {
  return isJsonObject(value) ? Object.keys(value).filter(key => value[key] === true) : Array.isArray(value) ? value.map(String) : []
}

/** `notValidAfter` → `Not valid after`: for a field that no form names. */
export function wordsOf(name: string): string {
  const words = name.replace(/^@/, '').replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
