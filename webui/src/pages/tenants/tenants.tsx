/** All tenants, and how much each has of what it may have. */
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { amount } from '../../api/values.ts'
import { ObjectListPage } from '../../lists/object-list.tsx'
import { objectAddress } from '../../lists/places.ts'
import { quotaOf } from '../../lists/quota.ts'
import type { Column } from '../../parts/column-model.ts'
import { Used } from '../../parts/used.tsx'
import { useTexts } from '../../texts/language.ts'
import { Held } from './held.tsx'
import { useTenantTexts } from './texts.ts'

const HELD_WIDTH = 'minmax(170px, 1fr)'

export function Page() {
  const t = useTexts()
  const own = useTenantTexts()
  const columns = useMemo((): readonly Column[] => [
    { key: 'name', label: own.column.name, width: 'minmax(180px, 1.5fr)', cell: row => <Link to={objectAddress('Tenant', row.id)}>{String(row['name'])}</Link> },
    { key: 'usedDiskQuota', label: own.column.storage, width: 'minmax(220px, 1.2fr)', cell: row => <Used used={amount(row['usedDiskQuota'])} limit={quotaOf(row, 'maxDiskQuota')} label={own.column.storage} bytes /> },
    { key: 'users', label: own.column.users, width: HELD_WIDTH, cell: row => <Held tenant={row} what="users" label={own.column.users} /> },
    { key: 'groups', label: own.column.groups, width: HELD_WIDTH, cell: row => <Held tenant={row} what="groups" label={own.column.groups} /> },
    { key: 'domains', label: own.column.domains, width: HELD_WIDTH, cell: row => <Held tenant={row} what="domains" label={own.column.domains} /> },
  ], [own])
  return <ObjectListPage object="Tenant" title={t.nav.tenants} subtitle={own.subtitle} columns={columns} destroyText={own.destroyText} />
}
