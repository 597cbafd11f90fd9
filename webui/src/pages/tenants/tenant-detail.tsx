/** One tenant: what it has of what it may have, and its upkeep. */
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useMay, useServer } from '../../api/context.ts'
import { failureOf } from '../../api/failure.ts'
import { useObject, useSave } from '../../api/hooks.ts'
import { amount } from '../../api/values.ts'
import { ObjectDetailPage } from '../../lists/object-detail.tsx'
import { objectAddress } from '../../lists/places.ts'
import { quotaOf } from '../../lists/quota.ts'
import { Button } from '../../parts/button.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Panel } from '../../parts/page.tsx'
import { SimpleTable } from '../../parts/simple-table.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { toast } from '../../parts/toast.tsx'
import { Used } from '../../parts/used.tsx'
import { Held, HELD } from './held.tsx'
import css from './tenant-detail.module.css'
import { useTenantTexts } from './texts.ts'

export function Page() {
  const { id = '' } = useParams({ strict: false })
  const own = useTenantTexts()
  return (
    <ObjectDetailPage
      key={id} object="Tenant" id={id} destroyText={own.destroyText} omit={['quotas', 'usedDiskQuota']}
      above={
        <div className={css['panels']}>
          <Limits id={id} />
          <Maintenance id={id} />
        </div>
      }
    />
  )
}

function Limits({ id }: { readonly id: string }) {
  const own = useTenantTexts()
  const may = useMay()
  const { data } = useObject('Tenant', id)
  const edit = may('Tenant', 'Update') ? <Link to={`/manage/o/Tenant/${encodeURIComponent(id)}/edit`}>{own.limits.edit}</Link> : undefined
  return (
    <Panel title={own.limits.title} actions={edit}>
      {data === undefined || data === null ? <Skeleton lines={4} /> : (
        <SimpleTable
          label={own.limits.title} rows={['storage', 'users', 'groups', 'domains'] as const} rowKey={what => what}
          columns={[
            { key: 'what', label: own.limits.what, cell: what => what === 'storage' ? own.limits.storage : own.column[what] },
            {
              key: 'used', label: own.limits.used,
              cell: what => what === 'storage'
                ? <WithLimit limit={quotaOf(data, 'maxDiskQuota')}><Used used={amount(data['usedDiskQuota'])} limit={quotaOf(data, 'maxDiskQuota')} label={own.limits.storage} bytes /></WithLimit>
                : <WithLimit limit={quotaOf(data, HELD[what].quota)}><Held tenant={data} what={what} label={own.column[what]} /></WithLimit>,
            },
          ]}
        />
      )}
      <p className={css['note']}>{own.limits.full}</p>
    </Panel>
  )
}

function WithLimit({ limit, children }: { readonly limit: number | null; readonly children: React.ReactNode }) {
  const own = useTenantTexts()
  return limit === null ? <>{children} <span className={css['soft']}>({own.limits.noLimit})</span></> : children
}

function Maintenance({ id }: { readonly id: string }) {
  const { maintenance: t } = useTenantTexts()
  const may = useMay()
  const { account: { permissions } } = useServer()
  const navigate = useNavigate()
  const save = useSave('Task')
  const allowed = may('Task', 'Create') && permissions.has('taskTenantMaintenance')
  const start = () => {
    save.mutate({ create: { '@type': 'TenantMaintenance', tenantId: id, maintenanceType: 'recalculateQuota' } }, {
      onSuccess: task => {
        toast({ title: t.started })
        void navigate({ to: objectAddress('Task', task.id) })
      },
    })
  }
  return (
    <Panel title={t.title}>
      {save.error === null ? null : <FailurePanel failure={failureOf(save.error)} />}
      <div className={css['action']}>
        <div className={css['what']}>
          <h3>{t.count}</h3>
          <p className={css['soft']}>{allowed ? t.text : t.forbidden}</p>
        </div>
        {allowed ? <Button disabled={save.isPending} onClick={start}>{t.start}</Button> : null}
      </div>
    </Panel>
  )
}
