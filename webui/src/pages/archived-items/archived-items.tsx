/** What users have deleted and can still get back: find it, restore one or many, keep it longer, and see what became of it. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useMay, useModel } from '../../api/context.ts'
import { useList } from '../../api/hooks.ts'
import type { Query } from '../../lists/address.ts'
import { chosenFilters, conditionsOf, withFilter, withoutFilters } from '../../lists/address.ts'
import { SelectionBar } from '../../lists/object-list.tsx'
import { useOrder } from '../../lists/order.ts'
import { objectAddress } from '../../lists/places.ts'
import { useSelection } from '../../lists/use-selection.ts'
import { Reference } from '../../lists/value.tsx'
import { Button, ButtonLink } from '../../parts/button.tsx'
import type { Column } from '../../parts/column-model.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { FilterBar } from '../../parts/filter-bar.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import { EmptyState } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { Time } from '../../parts/time.tsx'
import { useTexts } from '../../texts/language.ts'
import { DestroyButton } from './destroy-button.tsx'
import { KeepButton } from './keep-button.tsx'
import { RestoreAllButton, RestoreButton } from './restore-button.tsx'
import { RestoreProgress } from './restore-progress.tsx'
import { labelOf } from './restores.ts'
import { useArchivedTexts } from './texts.ts'
import { UnderWay } from './under-way.tsx'

const OBJECT = 'ArchivedItem'

export function Page() {
  const t = useTexts()
  const own = useArchivedTexts()
  const model = useModel()
  const may = useMay()
  const navigate = useNavigate()
  const query: Query = useSearch({ strict: false })
  const described = model.list(OBJECT)
  const filters = described?.filters ?? []
  const chosen = chosenFilters(query, filters)
  const filter = conditionsOf(chosen, filters, {})
  const goTo = (next: Query) => { void navigate({ to: '.', search: next, replace: true }) }
  const order = useOrder({ name: OBJECT, sortable: described?.sort ?? [], query, goTo })
  const list = useList(OBJECT, { filter, sort: order.sort })
  const columns = useColumns()
  const [selected, setSelected] = useSelection(JSON.stringify(filter))
  const [asked, setAsked] = useState<readonly string[]>([])
  const begun = (ids: readonly string[]) => {
    setAsked(ids)
    setSelected(new Set())
  }
  const ids = [...selected]
  const clear = () => { setSelected(new Set()) }
  return (
    <Frame
      fill title={t.nav.archivedItems} subtitle={own.subtitle}
      actions={<>
        {may('DataRetention', 'Get') ? <ButtonLink to="/settings/retention">{own.keeping.link}</ButtonLink> : null}
        {may(OBJECT, 'Update') ? <RestoreAllButton filter={filter} total={list.total} onAsked={begun} /> : null}
      </>}
    >
      {may('Task', 'Query') ? <UnderWay /> : null}
      {asked.length === 0 ? null : <RestoreProgress ids={asked} onClose={() => { setAsked([]) }} />}
      <FilterBar filters={filters} chosen={chosen} onChange={(field, value) => { goTo(withFilter(query, field, value)) }} onClear={() => { goTo(withoutFilters(query)) }} />
      <DataTable
        name={OBJECT} label={t.nav.archivedItems} list={list} columns={columns} open={row => objectAddress(OBJECT, row.id)}
        selection={{ ids: selected, onChange: setSelected }} {...order}
        toolbar={
          <SelectionBar count={selected.size} total={list.total} onClear={clear}>
            {may(OBJECT, 'Update') ? <RestoreButton ids={ids} onAsked={begun} /> : null}
            {may(OBJECT, 'Update') && may('Account', 'Update') ? <KeepButton ids={ids} onDone={clear} /> : null}
            {may(OBJECT, 'Destroy') ? <DestroyButton ids={ids} onDone={clear} /> : null}
          </SelectionBar>
        }
        empty={chosen.size > 0
          ? <EmptyState title={t.list.emptyFiltered} next={t.list.emptyFilteredNext} action={<Button onClick={() => { goTo(withoutFilters(query)) }}>{t.list.clearFilters}</Button>} />
          : <EmptyState title={t.list.empty} next={own.keeping.next} />}
      />
    </Frame>
  )
}

function useColumns(): readonly Column[] {
  const own = useArchivedTexts()
  const model = useModel()
  return useMemo((): readonly Column[] => {
    const kinds = new Map(model.variants(OBJECT).map(({ name, label }) => [name, label]))
    const date = (value: unknown) => typeof value === 'string' ? <Time at={value} relative /> : '–'
    return [
      { key: 'what', label: own.column.what, width: 'minmax(200px, 2fr)', cell: row => <Link to={objectAddress(OBJECT, row.id)}>{labelOf(row) || own.nameless}</Link> },
      { key: 'from', label: own.column.from, width: 'minmax(160px, 1.4fr)', cell: row => typeof row['from'] === 'string' ? row['from'] : kinds.get(String(row['@type'])) ?? '' },
      { key: 'account', label: own.column.account, cell: row => <Reference object="x:Account" id={String(row['accountId'])} /> },
      {
        key: 'status', label: own.column.status, width: 'minmax(130px, 0.8fr)',
        cell: row => row['status'] === 'requestRestore' ? <Status tone="busy">{own.status.requestRestore}</Status> : <Status tone="idle">{own.status.archived}</Status>,
      },
      { key: 'archived', label: own.column.archived, width: 'minmax(110px, 0.7fr)', cell: row => date(row['archivedAt']) },
      { key: 'until', label: own.column.until, width: 'minmax(110px, 0.7fr)', cell: row => date(row['archivedUntil']) },
    ]
  }, [model, own])
}
