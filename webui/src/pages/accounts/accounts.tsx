/** All accounts, with what they store and what works on them; deleted ones are a list of their own. */
import { Undo2 } from 'lucide-react'
import { useMemo } from 'react'
import { useMay, useModel } from '../../api/context.ts'
import { useCount } from '../../api/hooks.ts'
import { amount } from '../../api/values.ts'
import { objectAddress } from '../../lists/places.ts'
import { ObjectListPage } from '../../lists/object-list.tsx'
import { Reference } from '../../lists/value.tsx'
import { ButtonLink } from '../../parts/button.tsx'
import { CellLink } from '../../parts/cell-link.tsx'
import type { Column } from '../../parts/column-model.ts'
import { TaskCounts } from '../../parts/task-counts.tsx'
import { Used } from '../../parts/used.tsx'
import { useLanguage, useTexts } from '../../texts/language.ts'
import { quotaOf } from '../../lists/quota.ts'
import { useKeptFor } from './kept-for.ts'
import { useAccountTexts } from './texts.ts'

export function Page() {
  const t = useTexts()
  const own = useAccountTexts()
  const model = useModel()
  const may = useMay()
  const kept = useKeptFor()
  const columns = useMemo((): readonly Column[] => {
    const kinds = new Map(model.variants('Account').map(({ name, label }) => [name, label]))
    return [
      { key: 'emailAddress', label: own.column.address, width: 'minmax(200px, 2fr)', cell: row => <CellLink to={objectAddress('Account', row.id)}>{String(row['emailAddress'])}</CellLink> },
      { key: 'usedDiskQuota', label: own.column.storage, width: 'minmax(220px, 1.3fr)', cell: row => <Used used={amount(row['usedDiskQuota'])} limit={quotaOf(row, 'maxDiskQuota')} label={own.column.storage} bytes /> },
      { key: 'tasks', label: own.column.tasks, width: 'minmax(150px, 1fr)', cell: row => <TaskCounts about={{ accountId: row.id }} /> },
      { key: '@type', label: own.column.kind, width: 'minmax(72px, 0.5fr)', cell: row => kinds.get(String(row['@type'])) ?? String(row['@type']) },
      { key: 'tenant', label: own.column.tenant, cell: row => typeof row['memberTenantId'] === 'string' ? <Reference object="x:Tenant" id={row['memberTenantId']} /> : '–' },
      { key: 'description', label: own.column.description, width: 'minmax(120px, 1.5fr)', cell: row => typeof row['description'] === 'string' ? row['description'] : '' },
    ]
  }, [model, own])
  return (
    <ObjectListPage
      object="Account" title={t.nav.accounts} subtitle={own.subtitle} columns={columns} destroyText={kept === undefined ? undefined : own.destroyText(kept)}
      actions={may('Task', 'Query') ? <DeletedLink /> : null}
    />
  )
}

function DeletedLink() {
  const own = useAccountTexts()
  const language = useLanguage()
  const { data } = useCount('Task', { '@type': 'DestroyAccount' })
  return (
    <ButtonLink to="/manage/accounts/deleted" icon={<Undo2 aria-hidden="true" />}>
      {own.deleted(data === undefined ? '…' : new Intl.NumberFormat(language).format(data))}
    </ButtonLink>
  )
}
