/** All domains, whether they take mail, and how many accounts each has. */
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { isJsonObject } from '../../../../src/base/json.ts'
import { ObjectListPage } from '../../lists/object-list.tsx'
import { listAddress, objectAddress } from '../../lists/places.ts'
import { Reference } from '../../lists/value.tsx'
import { CountedLink } from '../../parts/counted-link.tsx'
import type { Column } from '../../parts/column-model.ts'
import { Status } from '../../parts/status.tsx'
import { TaskCounts } from '../../parts/task-counts.tsx'
import { useTexts } from '../../texts/language.ts'
import { useDomainTexts } from './texts.ts'

export function Page() {
  const t = useTexts()
  const own = useDomainTexts()
  const columns = useMemo((): readonly Column[] => [
    { key: 'name', label: own.column.name, width: 'minmax(160px, 1.6fr)', cell: row => <Link to={objectAddress('Domain', row.id)}>{String(row['name'])}</Link> },
    { key: 'isEnabled', label: own.column.state, width: 'minmax(140px, .8fr)', cell: row => row['isEnabled'] === true ? <Status tone="good">{own.enabled}</Status> : <Status tone="paused">{own.disabled}</Status> },
    { key: 'accounts', label: own.column.accounts, width: 'minmax(100px, .5fr)', cell: row => <CountedLink object="Account" filter={{ domainId: row.id }} at={listAddress('Account')} label={own.column.accounts} /> },
    { key: 'tenant', label: own.column.tenant, width: 'minmax(100px, 1fr)', cell: row => typeof row['memberTenantId'] === 'string' ? <Reference object="x:Tenant" id={row['memberTenantId']} /> : '–' },
    { key: 'tasks', label: own.column.tasks, width: 'minmax(190px, 1fr)', cell: row => <TaskCounts about={{ domainId: row.id }} /> },
    { key: 'aliases', label: own.column.aliases, width: 'minmax(132px, 1fr)', cell: row => isJsonObject(row['aliases']) ? Object.keys(row['aliases']).join(', ') : '' },
    { key: 'description', label: own.column.description, cell: row => typeof row['description'] === 'string' ? row['description'] : '' },
  ], [own])
  return <ObjectListPage object="Domain" title={t.nav.domains} subtitle={own.subtitle} columns={columns} destroyText={own.destroyText} />
}
