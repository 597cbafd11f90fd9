/** Accounts that were deleted and can come back, or whose removal goes on. */
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useModel } from '../../api/context.ts'
import { useList } from '../../api/hooks.ts'
import { objectAddress } from '../../lists/places.ts'
import { ButtonLink } from '../../parts/button.tsx'
import type { Column } from '../../parts/column-model.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import { EmptyState } from '../../parts/states.tsx'
import { Time } from '../../parts/time.tsx'
import { departureOf } from './departure.ts'
import { DepartedName } from './departed-name.tsx'
import { DepartureStatus } from './departure-status.tsx'
import { RecoverButton } from './recover.tsx'
import { useAccountTexts } from './texts.ts'

export function Page() {
  const own = useAccountTexts()
  const model = useModel()
  const list = useList('Task', { filter: { '@type': 'DestroyAccount' }, sort: { property: 'due', isAscending: true } })
  const columns = useMemo((): readonly Column[] => {
    const kinds = new Map(model.variants('Account').map(({ name, label }) => [name, label]))
    return [
      {
        key: 'account', label: own.list.account, width: 'minmax(200px, 2fr)',
        cell: row => {
          const departure = departureOf(row)
          const name = <DepartedName of={departure} />
          return departure.accountId === null ? name : <Link to={objectAddress('Account', departure.accountId)}>{name}</Link>
        },
      },
      { key: 'kind', label: own.list.kind, width: 'minmax(72px, 0.5fr)', cell: row => kinds.get(departureOf(row).kind) ?? departureOf(row).kind },
      { key: 'goes', label: own.list.goes, cell: row => typeof row['due'] === 'string' ? <Time at={row['due']} relative /> : '–' },
      { key: 'state', label: own.list.state, width: 'minmax(160px, 1fr)', cell: row => <DepartureStatus state={departureOf(row).state} words={own.list.states} /> },
      { key: 'action', label: own.list.action, width: 'minmax(150px, 1fr)', cell: row => <RecoverButton departure={departureOf(row)} /> },
    ]
  }, [model, own])
  return (
    <Frame fill title={own.list.title} subtitle={own.list.subtitle} actions={<ButtonLink to="/settings/retention">{own.retentionLink}</ButtonLink>}>
      <DataTable
        name="DestroyAccount" label={own.list.title} list={list} columns={columns} open={row => objectAddress('Task', row.id)}
        empty={<EmptyState title={own.list.empty} next={own.list.emptyNext} />}
      />
    </Frame>
  )
}
