/** Editors of values that have fields or entries of their own. */
import { Plus, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useId, useState } from 'react'
import type { Json, JsonObject } from '../../../src/base/json.ts'
import { isJsonObject } from '../../../src/base/json.ts'
import { bare } from '../../../src/jmap-client/model.ts'
import { Button } from '../parts/button.tsx'
import input from '../parts/input.module.css'
import { Select } from '../parts/select.tsx'
import { wordsOf } from '../lists/words.ts'
import { useTexts } from '../texts/language.ts'
import type { EditorProps } from './editor-props.ts'
import { control } from './editor-props.ts'
import { Editor } from './editor.tsx'
import css from './field.module.css'
import { FieldAt } from './field.tsx'
import type { Path } from './path.ts'
import { pointer, valueAt } from './path.ts'
import { keyLabel } from './place.ts'
import { placed, ProblemLine } from './problem-line.tsx'
import { freshValue, isNeeded, VARIANT, variantOf } from './shape.ts'

/** The variant, if there are some, and the fields that it has. */
export function ObjectEditor(props: EditorProps<'object'>) {
  const t = useTexts()
  const { form: { model }, type, value, onChange, disabled } = props
  const shape = bare(type.objectName)
  const variants = model.variants(shape)
  const nullable = type.nullable === true
  const current = isJsonObject(value) ? value : null
  const choose = (name: string | null) => {
    if (name === null) onChange(undefined)
    else onChange(kept(freshValue(model, shape, name), current, variants.find(each => each.name === name)?.fields))
  }
  const hasVariants = variants[0]?.name !== null && variants.length > 0
  return (
    <>
      {hasVariants ? (
        <Select
          {...control(props)} label={props.label} options={variants.map(({ name, label }) => ({ value: name ?? '', label }))}
          value={typeof current?.[VARIANT] === 'string' ? current[VARIANT] : null} onChange={choose}
          {...(nullable ? { placeholder: t.form.none } : current === null ? { placeholder: t.form.chooseOne } : {})}
        />
      ) : nullable && current === null ? (
        <Button icon={<Plus aria-hidden="true" />} disabled={disabled} onClick={() => { onChange(freshValue(model, shape)) }}>{t.form.setIt}</Button>
      ) : null}
      {current === null ? null : <ShapeFields {...props} shape={shape} value={current} />}
      {!hasVariants && nullable && current !== null
        ? <Button kind="quiet" icon={<Trash2 aria-hidden="true" />} onClick={() => { onChange(undefined) }}>{t.form.unset}</Button> : null}
    </>
  )
}

/** What the other variant had under the same name and of the same kind stays. */
function kept(fresh: JsonObject, before: JsonObject | null, fields: ReadonlyMap<string, unknown> | undefined): JsonObject {
  if (before === null) return fresh
  const shared = Object.entries(before).filter(([name]) => name !== VARIANT && fields?.has(name) === true)
  return { ...fresh, ...Object.fromEntries(shared) }
}

function ShapeFields({ form, path, shape, value, disabled }: Pick<EditorProps, 'form' | 'path' | 'disabled'> & { readonly shape: string; readonly value: JsonObject }) {
  const { model, id } = form
  const variant = variantOf(model, shape, value)
  if (variant === null) return null
  const labels = new Map(model.sections(shape, variant.name).flatMap(({ fields }) => fields.map(({ name, label }) => [name, label] as const)))
  return (
    <div className={css['nested']}>
      {[...variant.fields].filter(([, field]) => field.update !== 'serverSet').map(([name, field]) => (
        <FieldAt
          key={name} form={form} path={[...path, name]} label={labels.get(name) ?? wordsOf(name)} needed={isNeeded(field, variant.defaults.get(name))}
          field={disabled || (id === null && field.update === 'immutable') ? { ...field, update: disabled ? 'immutable' : 'mutable' } : field}
        />
      ))}
    </div>
  )
}

/** Entries with a number; new ones take the next. */
export function ListEditor({ id, form, path, type, value, disabled, onChange }: EditorProps<'objectList'>) {
  const t = useTexts()
  const shape = bare(type.objectName)
  const entries = isJsonObject(value) ? Object.entries(value).toSorted(([left], [right]) => Number(left) - Number(right)) : []
  const next = String(entries.reduce((most, [key]) => Math.max(most, Number(key) + 1), 0))
  return (
    <div className={css['rows']}>
      {entries.map(([key], at) => (
        <div key={key} {...placed(pointer([...path, key]), form.problemAt([...path, key]))} className={css['entry']} role="group" aria-label={t.form.entry(at + 1)}>
          <div className={css['entryHead']}>
            {t.form.entry(at + 1)}
            <Button kind="quiet" iconOnly icon={<Trash2 aria-hidden="true" />} disabled={disabled} onClick={() => { onChange(Object.fromEntries(entries.filter(([other]) => other !== key))) }}>
              {`${t.action.remove}: ${t.form.entry(at + 1)}`}
            </Button>
          </div>
          <ProblemLine id={`${id}-${key}-problem`} problem={form.problemAt([...path, key])} type={type} />
          <EntryEditor form={form} path={[...path, key]} shape={shape} label={t.form.entry(at + 1)} disabled={disabled} describedBy={`${id}-${key}-problem`} />
        </div>
      ))}
      <span>
        <Button icon={<Plus aria-hidden="true" />} disabled={disabled || entries.length >= (type.maxItems ?? Infinity)} onClick={() => { form.set([...path, next], freshValue(form.model, shape)) }}>{t.action.add}</Button>
      </span>
    </div>
  )
}

function EntryEditor({ form, path, shape, label, disabled, describedBy }: Pick<EditorProps, 'form' | 'path' | 'disabled' | 'label' | 'describedBy'> & { readonly shape: string }) {
  const id = useId()
  const value = valueAt(form.value, path)
  const type = { type: 'object', objectName: shape } as const
  return (
    <ObjectEditor
      id={id} form={form} path={path} label={label} type={type} value={value} disabled={disabled} invalid={form.problemAt(path) !== null} describedBy={describedBy} needed={false}
      onChange={next => { form.set(path, next) }}
    />
  )
}

/** Keys and values; the key of an entry is chosen when it is added. */
export function MapEditor(props: EditorProps<'map'>) {
  const t = useTexts()
  const { form, path, type, value, disabled, onChange } = props
  const entries = isJsonObject(value) ? Object.entries(value) : []
  const rest = (key: string) => Object.fromEntries(entries.filter(([other]) => other !== key))
  return (
    <div className={css['rows']}>
      {entries.map(([key, each]) => (
        <MapRow key={key} name={keyLabel(form.model, type, key)} at={[...path, key]} {...{ form, type }} onRemove={disabled ? null : () => { onChange(rest(key)) }}>
          {rowId => type.valueClass.type === 'object'
            ? <EntryEditor form={form} path={[...path, key]} shape={bare(type.valueClass.objectName)} label={key} disabled={disabled} describedBy={`${rowId}-problem`} />
            : <Editor
              {...props} id={rowId} path={[...path, key]} type={type.valueClass} value={each} label={key} invalid={form.problemAt([...path, key]) !== null} describedBy={`${rowId}-problem`}
              onChange={next => { form.set([...path, key], next ?? '') }}
            />}
        </MapRow>
      ))}
      <NewKey {...props} taken={new Set(entries.map(([key]) => key))} />
      {entries.length === 0 ? <span className={css['help']}>{t.form.notSet}</span> : null}
    </div>
  )
}

function MapRow({ name, at, form, type, onRemove, children }: Pick<EditorProps<'map'>, 'form' | 'type'> & {
  readonly name: string
  readonly at: Path
  readonly onRemove: (() => void) | null
  readonly children: (id: string) => ReactNode
}) {
  const t = useTexts()
  const id = useId()
  const problem = form.problemAt(at)
  return (
    <div {...placed(pointer(at), problem)} className={css['rows']}>
      <div className={css['row']}>
        <label htmlFor={id}>{name}</label>
        {children(id)}
        {onRemove === null ? null : <Button kind="quiet" iconOnly icon={<Trash2 aria-hidden="true" />} onClick={onRemove}>{`${t.action.remove}: ${name}`}</Button>}
      </div>
      <ProblemLine id={`${id}-problem`} problem={problem} type={type.valueClass} />
    </div>
  )
}

function NewKey({ id, form: { model }, type, disabled, value, onChange, taken }: EditorProps<'map'> & { readonly taken: ReadonlySet<string> }) {
  const t = useTexts()
  const [key, setKey] = useState('')
  const put = (name: string) => {
    if (name === '' || taken.has(name)) return
    const entry: Json = type.valueClass.type === 'object' ? freshValue(model, bare(type.valueClass.objectName)) : type.valueClass.type === 'number' ? 0 : ''
    onChange({ ...(isJsonObject(value) ? value : {}), [name]: entry })
    setKey('')
  }
  if (type.keyClass.type === 'enum') {
    const options = model.enum(type.keyClass.enumName).filter(({ name }) => !taken.has(name)).map(({ name, label }) => ({ value: name, label }))
    return options.length === 0 ? null : <span className={css['row']}><Select id={id} label={t.action.add} placeholder={t.action.add} value={null} options={options} disabled={disabled} onChange={next => { put(next ?? '') }} /></span>
  }
  return (
    <span className={css['row']}>
      <input
        id={id} className={input['input']} aria-label={t.form.key} placeholder={t.form.key} value={key} disabled={disabled}
        onChange={event => { setKey(event.target.value) }}
        onKeyDown={event => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          put(key.trim())
        }}
      />
      <Button icon={<Plus aria-hidden="true" />} disabled={disabled || key.trim() === '' || taken.has(key.trim())} onClick={() => { put(key.trim()) }}>{t.action.add}</Button>
    </span>
  )
}
