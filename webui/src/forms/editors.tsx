/** One editor for each kind of field of the schema. */
import { Select } from '../parts/select.tsx'
import input from '../parts/input.module.css'
import { useTexts } from '../texts/language.ts'
import type { EditorProps } from './editor-props.ts'
import { control, textOf } from './editor-props.ts'
import type { Editors } from './editor.tsx'
import css from './field.module.css'
import { ListEditor, MapEditor, ObjectEditor } from './group-editors.tsx'
import { ReferenceEditor } from './reference-editor.tsx'
import { SetEditor } from './set-editor.tsx'
import { DateEditor, NumberEditor, StringEditor } from './text-editors.tsx'

export const EDITORS: Editors = {
  string: StringEditor,
  number: NumberEditor,
  utcDateTime: DateEditor,
  boolean: BooleanEditor,
  enum: EnumEditor,
  objectId: ReferenceEditor,
  blobId: BlobEditor,
  object: ObjectEditor,
  objectList: ListEditor,
  set: SetEditor,
  map: MapEditor,
}

function BooleanEditor(props: EditorProps<'boolean'>) {
  const { 'aria-required': _, ...rest } = control(props)
  return <input {...rest} type="checkbox" className={css['check']} checked={props.value === true} onChange={event => { props.onChange(event.target.checked) }} />
}

function EnumEditor(props: EditorProps<'enum'>) {
  const t = useTexts()
  const { value, needed, onChange, type, form: { model } } = props
  const members = model.enum(type.enumName)
  const options = members.map(({ name, label }) => ({ value: name, label }))
  const chosen = typeof value === 'string' && value !== '' ? value : null
  const explanation = members.find(({ name }) => name === chosen)?.explanation
  const id = `${props.id}-choice`
  return (
    <>
      <Select
        {...control({ ...props, describedBy: `${id} ${props.describedBy}` })} options={options} value={chosen} onChange={next => { onChange(next ?? undefined) }}
        {...(needed && chosen !== null ? {} : { placeholder: needed ? t.form.chooseOne : t.form.none })}
      />
      <p id={id} className={css['help']}>{explanation}</p>
    </>
  )
}

/** The id of uploaded content: there is nothing to look at. */
function BlobEditor(props: EditorProps<'blobId'>) {
  return (
    <input
      {...control(props)} className={`${input['input']} ${css['mono']}`} value={textOf(props.value)} spellCheck={false}
      onChange={event => { props.onChange(event.target.value === '' ? undefined : event.target.value) }}
    />
  )
}
