/** One of a few known values. Needs a label: `label`, or `id` of a field that has one. */
import type { ComponentProps } from 'react'
import css from './input.module.css'

export interface Option { readonly value: string; readonly label: string }

export function Select({ value, onChange, options, placeholder, label, ...rest }: {
  readonly value: string | null
  readonly onChange: (value: string | null) => void
  readonly options: readonly Option[]
  /** The entry for no value; left out: there is always one. */
  readonly placeholder?: string
  readonly label?: string
} & Omit<ComponentProps<'select'>, 'value' | 'onChange'>) {
  return (
    <select
      {...rest} aria-label={label} className={css['select']} value={value ?? ''}
      onChange={event => { onChange(event.target.value === '' ? null : event.target.value) }}
    >
      {placeholder === undefined && value !== null ? null : <option value="">{placeholder ?? ''}</option>}
      {options.map(option => <option key={option.value} value={option.value}>{option.label}</option>)}
    </select>
  )
}
