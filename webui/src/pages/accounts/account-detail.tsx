/** One account: what it stores, what works on it, its upkeep, its end. An account that was deleted still has this page, to come back from. */
import { useParams } from '@tanstack/react-router'
import { Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useMay, useModel, useServer } from '../../api/context.ts'
import { failureOf } from '../../api/failure.ts'
import type { Row } from '../../api/hooks.ts'
import { useObject } from '../../api/hooks.ts'
import { ObjectFields } from '../../lists/object-detail.tsx'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { CopyId } from '../../parts/copy-id.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { useTexts } from '../../texts/language.ts'
import css from './account-detail.module.css'
import { editAddress } from './addresses.ts'
import { AccountTasks } from './account-tasks.tsx'
import { BelongingsPanel } from './belongings-panel.tsx'
import { DeleteAccount } from './delete-account.tsx'
import { Departed } from './departed.tsx'
import { MaintenancePanel } from './maintenance-panel.tsx'
import { MembersPanel } from './members-panel.tsx'
import { StoragePanel } from './storage-panel.tsx'

export function Page() {
  const { id = '' } = useParams({ strict: false })
  return <AccountPage key={id} id={id} />
}

function AccountPage({ id }: { readonly id: string }) {
  const t = useTexts()
  const { data, error, refetch } = useObject('Account', id)
  if (data === null) return <Departed accountId={id} />
  if (data !== undefined) return <There account={data} />
  return (
    <Frame title={t.nav.accounts}>
      {error === null ? <Skeleton lines={10} /> : <FailurePanel failure={failureOf(error)} onRetry={() => { void refetch() }} />}
    </Frame>
  )
}

function There({ account }: { readonly account: Row }) {
  const t = useTexts()
  const model = useModel()
  const may = useMay()
  const { username } = useServer()
  const [asking, setAsking] = useState(false)
  const address = String(account['emailAddress'])
  const kind = model.variants('Account').find(({ name }) => name === account['@type'])?.label
  return (
    <Frame
      title={address} subtitle={<>{kind} <CopyId id={account.id} /></>}
      actions={<>
        {may('Account', 'Update') ? <ButtonLink icon={<Pencil aria-hidden="true" />} to={editAddress(account.id)}>{t.action.edit}</ButtonLink> : null}
        {may('Account', 'Destroy') ? <Button kind="danger" icon={<Trash2 aria-hidden="true" />} onClick={() => { setAsking(true) }}>{t.action.destroy}</Button> : null}
      </>}
    >
      <div className={css['panels']}>
        <div className={css['column']}>
          <StoragePanel account={account} />
          {may('Task', 'Query') ? <AccountTasks accountId={account.id} /> : null}
          {account['@type'] === 'Group' ? <MembersPanel groupId={account.id} /> : null}
        </div>
        <div className={css['column']}>
          <MaintenancePanel accountId={account.id} address={address} />
          <BelongingsPanel accountId={account.id} />
        </div>
      </div>
      <ObjectFields object="Account" value={account} omit={['usedDiskQuota', 'quotas']} />
      <DeleteAccount account={account} open={asking} own={username === address || username === account['name']} onClose={() => { setAsking(false) }} />
    </Frame>
  )
}
