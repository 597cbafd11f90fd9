/** All fields of a form, in the sections that the schema gives. */
import { isNeeded, variantOf } from './shape.ts'
import { FieldAt } from './field.tsx'
import { Panel } from '../parts/page.tsx'
import css from './form-sections.module.css'
import type { Form } from './use-form.ts'

export function FormSections({ form, omit = [] }: { readonly form: Form; readonly omit?: readonly string[] }) {
  const { model, object, value, id } = form
  const variant = variantOf(model, object, value)
  if (variant === null) return null
  return model.sections(object, variant.name).map((section, index) => {
    const fields = section.fields.flatMap(({ name, label }) => {
      const field = variant.fields.get(name)
      return field === undefined || field.update === 'serverSet' || omit.includes(name) ? [] : [{ name, label, field }]
    })
    if (fields.length === 0) return null
    return (
      <Panel key={index} title={section.title}>
        <div className={css['fields']}>
          {fields.map(({ name, label, field }) => (
            <FieldAt key={name} form={form} path={[name]} field={field} label={label} needed={id === null && isNeeded(field, variant.defaults.get(name))} />
          ))}
        </div>
      </Panel>
    )
  })
}
