/** Chooses an object by its name: what is typed is searched for at the server when its list has a filter for words. */
import { Combobox } from '@base-ui/react/combobox'
import { ChevronDown, X } from 'lucide-react'
import { useState } from 'react'
import type { JsonObject } from '../../../src/base/json.ts'
import { useModel } from '../api/context.ts'
import { useObject, useRows } from '../api/hooks.ts'
import input from '../parts/input.module.css'
import popup from '../parts/popup.module.css'
import { useTexts } from '../texts/language.ts'
import { labelOf } from './label.ts'
import css from './object-picker.module.css'
import { searchFieldOf } from './search-field.ts'

interface Item { readonly value: string; readonly label: string }

/** Rows that are offered; typing narrows them. */
const OFFERED_MAX = 50
/** Of objects that cannot be searched for, so many are loaded and searched here. */
const LOADED_MAX = 500

export function ObjectPicker({ object, value, onChange, label, id, disabled = false, invalid = false, describedBy }: {
  /** Without prefix; a view will do. */
  readonly object: string
  readonly value: string | null
  readonly onChange: (id: string | null) => void
  /** Left out: a label element names it by `id`. */
  readonly label?: string
  readonly id?: string
  readonly disabled?: boolean
  readonly invalid?: boolean
  readonly describedBy?: string
}) {
  const t = useTexts()
  const model = useModel()
  const [typed, setTyped] = useState('')
  const entry = model.referenced(`x:${object}`)
  const name = entry?.name ?? object
  const labelProperty = model.list(name)?.labelProperty ?? null
  const search = searchFieldOf(model, name)
  const filter: JsonObject = { ...model.list(object)?.filtersStatic, ...(search !== null && typed.trim() !== '' ? { [search]: typed.trim() } : {}) }
  const { data: rows = [] } = useRows(name, { filter, limit: search === null ? LOADED_MAX : OFFERED_MAX })
  const items = rows.map((row): Item => ({ value: row.id, label: labelOf(labelProperty, row) }))
  const seen = search === null ? items.filter(each => each.label.toLowerCase().includes(typed.trim().toLowerCase())).slice(0, OFFERED_MAX) : items
  return (
    <Combobox.Root
      items={seen} filter={null} disabled={disabled} value={useChosen(name, value, labelProperty)} isItemEqualToValue={(one, other) => one.value === other.value}
      onValueChange={next => { onChange(next === null ? null : next.value) }}
      onInputValueChange={(text, { reason }) => { setTyped(reason === 'item-press' || reason === 'none' ? '' : text) }}
    >
      <span className={css['box']}>
        <Combobox.Input
          id={id} className={input['input']} aria-label={label} aria-invalid={invalid} aria-describedby={describedBy} placeholder={t.form.searchReference}
        />
        {value === null || disabled ? null : <Combobox.Clear className={css['clear']} aria-label={t.action.clear}><X aria-hidden="true" /></Combobox.Clear>}
        <Combobox.Trigger className={css['open']} aria-label={t.action.open}><ChevronDown aria-hidden="true" /></Combobox.Trigger>
      </span>
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={4} className={popup['positioner']}>
          <Combobox.Popup className={`${popup['menu']} ${css['popup']}`}>
            <Combobox.Empty className={css['empty']}>{t.form.nothingFound}</Combobox.Empty>
            <Combobox.List>
              {(item: Item) => <Combobox.Item key={item.value} value={item} className={popup['item']}>{item.label}</Combobox.Item>}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  )
}

/** The chosen one with its name; its id until the name is there, or when it is gone. */
function useChosen(object: string, id: string | null, labelProperty: string | null): Item | null {
  const { data } = useObject(object, id ?? '', null, id !== null)
  if (id === null) return null
  return { value: id, label: data === undefined || data === null ? id : labelOf(labelProperty, data) }
}
