/** Ways to what belongs to the account and is listed elsewhere. */
import { Link } from '@tanstack/react-router'
import { useMay } from '../../api/context.ts'
import { useCount } from '../../api/hooks.ts'
import { Count } from '../../parts/amounts.tsx'
import { Panel } from '../../parts/page.tsx'
import css from './account-detail.module.css'
import { ownedBy } from './addresses.ts'
import { useAccountTexts } from './texts.ts'

export function BelongingsPanel({ accountId }: { readonly accountId: string }) {
  const { more: t } = useAccountTexts()
  const may = useMay()
  const lists = [['ArchivedItem', t.archived], ['ApiKey', t.keys], ['OAuthGrant', t.logins]] as const
  return (
    <Panel title={t.title}>
      <dl className={css['facts']}>
        {lists.filter(([object]) => may(object, 'Query')).map(([object, label]) => (
          <div key={object}><dt>{label}</dt><dd><Owned object={object} accountId={accountId} label={label} /></dd></div>
        ))}
        {may('AuditEntry', 'Query') ? (
          <div><dt>{t.audit}</dt><dd><Changes accountId={accountId} label={t.audit} /></dd></div>
        ) : null}
      </dl>
    </Panel>
  )
}

function Owned({ object, accountId, label }: { readonly object: string; readonly accountId: string; readonly label: string }) {
  const { data } = useCount(object, { accountId })
  return <Link to={ownedBy(object, accountId)} aria-label={`${label}: ${data ?? ''}`}>{data === undefined ? '…' : <Count value={data} />}</Link>
}

function Changes({ accountId, label }: { readonly accountId: string; readonly label: string }) {
  const { data } = useCount('AuditEntry', { objectName: 'Account', objectId: accountId })
  const to = `/manage/o/AuditEntry?${new URLSearchParams({ 'f.objectName': 'Account', 'f.objectId': accountId }).toString()}`
  return <Link to={to} aria-label={`${label}: ${data ?? ''}`}>{data === undefined ? '…' : <Count value={data} />}</Link>
}
