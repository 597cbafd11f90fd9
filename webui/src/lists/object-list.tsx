/** The list of any object, made from its schema: columns, filters, order, selection, create, delete. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { useMemo } from 'react'
import type { FieldType } from '../../../src/jmap-client/schema.ts'
import type { Model } from '../../../src/jmap-client/model.ts'
import { useMay, useModel } from '../api/context.ts'
import type { Row } from '../api/hooks.ts'
import { useList } from '../api/hooks.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import type { Column } from '../parts/column-model.ts'
import { DataTable } from '../parts/data-table.tsx'
import { FilterBar } from '../parts/filter-bar.tsx'
import { Page } from '../parts/page.tsx'
import { EmptyState } from '../parts/states.tsx'
import { useTexts } from '../texts/language.ts'
import type { Query } from './address.ts'
import { chosenFilters, conditionsOf, withFilter, withoutFilters } from './address.ts'
import { MassActions, useHasMassActions } from './mass-actions.tsx'
import { useOrder } from './order.ts'
import { createAddress, objectAddress } from './places.ts'
import { useSelection } from './use-selection.ts'
import { Value } from './value.tsx'

export function ObjectListPage({ object, view, title, subtitle, actions, columns, destroyText }: {
  /** Without prefix. */
  readonly object: string
  /** A view of it, as in `TaskFailed`. */
  readonly view?: string
  readonly title?: string
  readonly subtitle?: ReactNode
  readonly actions?: ReactNode
  /** Instead of those of the schema. */
  readonly columns?: readonly Column[]
  /** What follows when some are destroyed; left out: that it cannot be undone. */
  readonly destroyText?: ReactNode
}) {
  const t = useTexts()
  const model = useModel()
  const may = useMay()
  const navigate = useNavigate()
  const query: Query = useSearch({ strict: false })
  const name = view === undefined ? object : `${object}/${view}`
  const described = model.list(name)
  const filters = described?.filters ?? []
  const chosen = chosenFilters(query, filters)
  const filter = conditionsOf(chosen, filters, described?.filtersStatic ?? {})
  const goTo = (next: Query) => { void navigate({ to: '.', search: next, replace: true }) }
  const order = useOrder({ name, sortable: described?.sort ?? [], query, goTo })
  const list = useList(object, { filter, sort: order.sort })
  const [selected, setSelected] = useSelection(JSON.stringify(filter))
  const hasActions = useHasMassActions(object)
  const made = useMemo(() => columns ?? columnsOf(model, object, described?.columns ?? [], described?.sort ?? []), [columns, model, object, described])
  const singular = described?.singularName ?? object
  const mayCreate = may(object, 'Create')

  return (
    <Page
      fill title={title ?? described?.title ?? object} subtitle={subtitle ?? described?.subtitle}
      actions={<>
        {actions}
        {mayCreate ? <ButtonLink kind="main" icon={<Plus aria-hidden="true" />} to={createAddress(object)}>{t.list.create(singular)}</ButtonLink> : null}
      </>}
    >
      <FilterBar
        filters={filters} chosen={chosen}
        onChange={(field, value) => { goTo(withFilter(query, field, value)) }} onClear={() => { goTo(withoutFilters(query)) }}
      />
      <DataTable
        name={name} label={title ?? described?.title ?? object} list={list} columns={made} open={row => objectAddress(object, row.id)}
        {...(hasActions ? { selection: { ids: selected, onChange: setSelected } } : {})}
        {...order}
        toolbar={
          <SelectionBar count={selected.size} total={list.total} onClear={() => { setSelected(new Set()) }}>
            <MassActions object={object} ids={selected} onDone={setSelected} {...(destroyText === undefined ? {} : { destroyText })} />
          </SelectionBar>
        }
        empty={chosen.size > 0
          ? <EmptyState title={t.list.emptyFiltered} next={t.list.emptyFilteredNext} action={<Button onClick={() => { goTo(withoutFilters(query)) }}>{t.list.clearFilters}</Button>} />
          : <EmptyState title={t.list.empty} next={mayCreate ? t.list.emptyNext(singular) : t.list.emptyNextReadOnly} />}
      />
    </Page>
  )
}

/** How many there are and, when some are selected, what may be done with them; keeps its height in both. */
export function SelectionBar({ count, total, onClear, children }: {
  readonly count: number
  readonly total: number | null
  readonly onClear: () => void
  readonly children?: ReactNode
}) {
  const t = useTexts()
  return (
    <div style={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 8, minHeight: 32 }} aria-live="polite">
      {count === 0
        ? <span style={{ color: 'var(--ink-soft)' }}>{total === null ? '' : t.list.rows(total)}</span>
        : <>
          <strong>{t.list.selected(count)}</strong>
          {children}
          <Button kind="quiet" onClick={onClear}>{t.list.clearSelection}</Button>
        </>}
    </div>
  )
}

function columnsOf(
  model: Model, object: string, columns: readonly { readonly name: string; readonly label: string }[], sortable: readonly string[],
): readonly Column[] {
  const variants = model.variants(object)
  return columns.map(({ name, label }) => {
    const typeFor = (row: Row): FieldType | null => {
      const variant = variants.find(each => each.name === null || each.name === row['@type'])
      return variant?.fields.get(name)?.type ?? null
    }
    const numeric = variants[0]?.fields.get(name)?.type.type === 'number'
    return {
      key: name,
      label,
      cell: row => name === '@type'
        ? variants.find(each => each.name === row['@type'])?.label ?? String(row['@type'])
        : <Value value={row[name]} type={typeFor(row)} short />,
      ...(sortable.includes(name) ? { sort: name } : {}),
      ...(numeric ? { align: 'end' } : {}),
    }
  })
}
