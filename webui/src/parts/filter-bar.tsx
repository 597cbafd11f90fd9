/** Filters as chips that are kept in the address; a chip opens nothing: it is changed by its own editor in the bar. */
import { Plus, X } from 'lucide-react'
import type { RefObject } from 'react'
import { useEffect, useRef, useState } from 'react'
import { bare } from '../../../src/jmap-client/model.ts'
import type { Filter } from '../../../src/jmap-client/schema.ts'
import { useModel } from '../api/context.ts'
import { ObjectPicker } from '../lists/object-picker.tsx'
import { useTexts } from '../texts/language.ts'
import { Button } from './button.tsx'
import css from './filter-bar.module.css'
import input from './input.module.css'
import { fromLocalInput, localInput } from './local-input.ts'
import { Select } from './select.tsx'

export interface FilterBarProps {
  readonly filters: readonly Filter[]
  readonly chosen: ReadonlyMap<string, string>
  /** null: the filter goes away. */
  readonly onChange: (field: string, value: string | null) => void
  readonly onClear: () => void
}

/** Search by words is looked for most: it is always there. */
const SEARCH = 'text'

export function FilterBar({ filters, chosen, onChange, onClear }: FilterBarProps) {
  const t = useTexts()
  const [opened, setOpened] = useState<string | null>(null)
  const seen = filters.filter(({ field }) => chosen.has(field) || field === opened || field === SEARCH)
  const bar = useRef<HTMLDivElement>(null)
  // Who has just asked for a filter wants to fill it in.
  useEffect(() => {
    if (opened === null) return
    const chip = bar.current?.querySelector(`[data-filter="${CSS.escape(opened)}"]`)
    chip?.querySelector<HTMLElement>('select,input')?.focus()
  }, [opened])
  const left = filters.filter(filter => !seen.includes(filter))
  if (filters.length === 0) return null
  return (
    <div ref={bar} className={css['bar']} role="group" aria-label={t.list.search}>
      {seen.map(filter => (
        <span key={filter.field} className={css['chip']} data-filter={filter.field}>
          <span className={css['label']}>{filter.label}</span>
          <Editor filter={filter} value={chosen.get(filter.field) ?? ''} onChange={value => { onChange(filter.field, value) }} />
          {filter.field === SEARCH && !chosen.has(SEARCH) ? null : (
            <Button
              kind="quiet" iconOnly icon={<X aria-hidden="true" />}
              onClick={() => {
                setOpened(null)
                onChange(filter.field, null)
              }}
            >{t.list.removeFilter(filter.label)}</Button>
          )}
        </span>
      ))}
      {left.length === 0 ? null : (
        <span className={css['add']}>
          <Plus aria-hidden="true" />
          <Select
            label={t.list.addFilter} placeholder={t.list.addFilter} value={null} data-filter-add=""
            options={left.map(({ field, label }) => ({ value: field, label }))} onChange={setOpened}
          />
        </span>
      )}
      {chosen.size > 1 ? <Button kind="quiet" onClick={onClear}>{t.list.clearFilters}</Button> : null}
    </div>
  )
}

function Editor({ filter, value, onChange }: { readonly filter: Filter; readonly value: string; readonly onChange: (value: string) => void }) {
  const model = useModel()
  const t = useTexts()
  const field = useFollowing(value)
  const changed = (next: string) => { if (next !== value) onChange(next) }
  if (filter.type === 'enum') {
    const options = model.enum(filter.enumName).map(({ name, label }) => ({ value: name, label }))
    return <Select label={filter.label} placeholder={t.list.any} value={value === '' ? null : value} options={options} onChange={next => { onChange(next ?? '') }}/>
  }
  if (filter.type === 'objectId') {
    return <ObjectPicker object={bare(filter.objectName)} label={filter.label} value={value === '' ? null : value} onChange={next => { onChange(next ?? '') }} />
  }
  if (filter.type === 'date') {
    const [from = '', until = ''] = value.split('..')
    return (
      <>
        <Moment label={`${filter.label} ${t.list.from}`} value={from} onChange={next => { onChange(range(next, until)) }} />
        <span>–</span>
        <Moment label={`${filter.label} ${t.list.until}`} value={until} onChange={next => { onChange(range(from, next)) }} />
      </>
    )
  }
  return (
    <input
      ref={field} className={`${input['input']} ${css['text']}`} aria-label={filter.label} defaultValue={value}
      inputMode={filter.type === 'integer' ? 'numeric' : 'text'}
      onBlur={event => { changed(event.target.value.trim()) }}
      onKeyDown={event => { if (event.key === 'Enter') changed(event.currentTarget.value.trim()) }}
    />
  )
}

/** Follows the address, as when a link leads to another filter; who types in it keeps the place. */
function useFollowing(value: string): RefObject<HTMLInputElement | null> {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => { if (field.current !== null) field.current.value = value }, [value])
  return field
}

function Moment({ label, value, onChange }: { readonly label: string; readonly value: string; readonly onChange: (value: string) => void }) {
  const shown = value === '' ? '' : localInput(value, 'second')
  const field = useFollowing(shown)
  return (
    <input
      ref={field} type="datetime-local" step="1" className={`${input['input']} ${css['moment']}`} aria-label={label} defaultValue={shown}
      onBlur={event => {
        const { value: text } = event.target
        if (text !== shown) onChange(fromLocalInput(text) ?? '')
      }}
    />
  )
}

function range(from: string, until: string): string {
  return from === '' && until === '' ? '' : `${from}..${until}`
}
