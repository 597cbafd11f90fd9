/** One field of a form: label, editor, help, problem; each tied to the editor for those who do not see it. */
import type { ReactNode } from 'react'
import { useId } from 'react'
import type { Json } from '../../../src/base/json.ts'
import type { Field as SchemaField } from '../../../src/jmap-client/schema.ts'
import { useTexts } from '../texts/language.ts'
import { wordsOf } from '../lists/words.ts'
import { Editor, isGroup } from './editor.tsx'
import css from './field.module.css'
import type { Path } from './path.ts'
import { pointer, valueAt } from './path.ts'
import { placed, ProblemLine } from './problem-line.tsx'
import { fieldAt, isNeeded } from './shape.ts'
import type { Form } from './use-form.ts'

export function Field({ form, path, label, help, optional }: {
  readonly form: Form
  readonly path: Path
  /** Instead of that of the schema. */
  readonly label?: string
  readonly help?: ReactNode
  /** The schema has no default, and yet the server does without. */
  readonly optional?: boolean
}) {
  const field = fieldAt(form.model, form.object, form.value, path)
  if (field === null) return null
  const name = path.at(-1) ?? ''
  const shown = label ?? labelsOf(form).get(name) ?? wordsOf(name)
  return <FieldAt form={form} path={path} field={field} label={shown} {...(help === undefined ? {} : { help })} needed={optional !== true && isNeeded(field, undefined)} />
}

function labelsOf({ model, object, value }: Form): ReadonlyMap<string, string> {
  const variant = typeof value['@type'] === 'string' ? value['@type'] : null
  return new Map(model.sections(object, variant).flatMap(({ fields }) => fields.map(({ name, label }) => [name, label] as const)))
}

export function FieldAt({ form, path, field, label, help, needed }: {
  readonly form: Form
  readonly path: Path
  readonly field: SchemaField
  readonly label: string
  readonly help?: ReactNode
  readonly needed: boolean
}) {
  const t = useTexts()
  const id = useId()
  const problem = form.problemAt(path)
  const fixed = field.update === 'immutable' && form.id !== null
  const value = valueAt(form.value, path)
  const words = help ?? field.description
  const props = {
    id, form, path, label, type: field.type, value, disabled: fixed, invalid: problem !== null, describedBy: `${id}-help ${id}-problem`, needed,
    onChange: (next: Json | undefined) => { form.set(path, next) },
  }
  const below = (
    <>
      <p id={`${id}-help`} className={css['help']}>{words}{fixed ? ` ${t.form.fixedNow}.` : ''}</p>
      <ProblemLine id={`${id}-problem`} problem={problem} type={field.type} />
    </>
  )
  if (isGroup(field.type)) {
    return (
      <fieldset {...placed(pointer(path), problem)} className={css['group']} aria-describedby={props.describedBy}>
        <legend className={css['label']}>{label}{needed ? <Needed /> : null}</legend>
        {below}
        <Editor {...props} />
      </fieldset>
    )
  }
  return (
    <div {...placed(pointer(path), problem)} className={`${css['field']} ${field.type.type === 'boolean' ? css['inline'] : ''}`}>
      <label className={css['label']} htmlFor={id}>{label}{needed ? <Needed /> : null}</label>
      <Editor {...props} />
      {below}
    </div>
  )
}

function Needed() {
  const t = useTexts()
  return <span className={css['needed']}>{t.form.required}</span>
}
