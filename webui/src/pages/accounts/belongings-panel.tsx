/** Ways to what belongs to the account and is listed elsewhere. */
import { useMay } from '../../api/context.ts'
import { listAddress } from '../../lists/places.ts'
import { CountedLink } from '../../parts/counted-link.tsx'
import { Panel } from '../../parts/page.tsx'
import css from './account-detail.module.css'
import { useAccountTexts } from './texts.ts'

export function BelongingsPanel({ accountId }: { readonly accountId: string }) {
  const { more: t } = useAccountTexts()
  const may = useMay()
  const lists = [['ArchivedItem', t.archived], ['ApiKey', t.keys], ['OAuthGrant', t.logins]] as const
  return (
    <Panel title={t.title}>
      <dl className={css['facts']}>
        {lists.filter(([object]) => may(object, 'Query')).map(([object, label]) => (
          <div key={object}><dt>{label}</dt><dd><CountedLink object={object} filter={{ accountId }} at={listAddress(object)} label={label} /></dd></div>
        ))}
        {may('AuditEntry', 'Query') ? (
          <div><dt>{t.audit}</dt><dd><CountedLink object="AuditEntry" filter={{ objectName: 'Account', objectId: accountId }} at={listAddress('AuditEntry')} label={t.audit} /></dd></div>
        ) : null}
      </dl>
    </Panel>
  )
}
