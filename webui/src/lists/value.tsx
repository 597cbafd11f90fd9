/** Any value of the schema as something to read. `short`: one line, for a cell. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useContext } from 'react'
import type { Json, JsonObject } from '../../../src/base/json.ts'
import { isJsonObject } from '../../../src/base/json.ts'
import { bare } from '../../../src/jmap-client/model.ts'
import type { FieldType } from '../../../src/jmap-client/schema.ts'
import { useModel } from '../api/context.ts'
import { useObject } from '../api/hooks.ts'
import { Bytes, Count, Duration } from '../parts/amounts.tsx'
import { CellLink } from '../parts/cell-link.tsx'
import { InCell } from '../parts/in-cell.ts'
import { Badge } from '../parts/status.tsx'
import { Time } from '../parts/time.tsx'
import { useTexts } from '../texts/language.ts'
import { labelOf } from './label.ts'
import { objectAddress } from './places.ts'
import css from './value.module.css'
import { wordsOf } from './words.ts'

/** Of a list in a cell. */
const SHORT_ENTRIES = 5

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
    case 'objectList': return (
      <Many short={short}>{entriesOf(value).map((item, at) => isJsonObject(item) ? <Shape key={at} value={item} shape={type.objectName} short={short} /> : null)}</Many>
    )
    case 'set': return <Many short={short}>{keysOf(value).map(item => <Value key={item} value={item} type={type.class} short />)}</Many>
    case 'map': return isJsonObject(value) ? (
      <Many short={short}>
        {Object.entries(value).map(([key, each]) => <span key={key}><Value value={key} type={type.keyClass} short />: <Value value={each} type={type.valueClass} short /></span>)}
      </Many>
    ) : null
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
  const property = useModel().list(object)?.labelProperty ?? null
  const { data } = useObject(object, id)
  const inCell = useContext(InCell)
  const label = data === null || data === undefined ? id : labelOf(property, data)
  const address = objectAddress(object, id)
  return inCell ? <CellLink to={address}>{label}</CellLink> : <Link to={address}>{label}</Link>
}

function Shape({ value, shape, short }: { readonly value: JsonObject; readonly shape: string; readonly short: boolean }) {
  const model = useModel()
  const variants = model.variants(bare(shape))
  const variant = variants.find(({ name }) => name === null || name === value['@type'])
  if (variant === undefined) return <code>{JSON.stringify(value)}</code>
  if (short) return <Badge>{variant.name === null ? Object.values(value).slice(0, 3).map(String).join(' · ') : variant.label}</Badge>
  const labels = new Map(model.sections(bare(shape), variant.name).flatMap(({ fields }) => fields.map(({ name, label }) => [name, label] as const)))
  return (
    <div className={css['shape']}>
      {variant.name === null ? null : <span className={css['variant']}>{variant.label}</span>}
      <dl className={css['fields']}>
        {[...variant.fields].filter(([name]) => value[name] !== undefined && value[name] !== null).map(([name, field]) => (
          <div key={name}><dt>{labels.get(name) ?? wordsOf(name)}</dt><dd><Value value={value[name]} type={field.type} /></dd></div>
        ))}
      </dl>
    </div>
  )
}

function Many({ children, short }: { readonly children: readonly ReactNode[]; readonly short: boolean }) {
  if (children.length === 0) return <span className={css['none']}>–</span>
  if (short) return <span className={css['inline']}>{children.slice(0, SHORT_ENTRIES).map((item, index) => <span key={index}>{item}</span>)}</span>
  return <ul className={css['many']}>{children.map((item, index) => <li key={index}>{item}</li>)}</ul>
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
