/** What the account stores, of what it may store. */
import type { Row } from '../../api/hooks.ts'
import { useMay } from '../../api/context.ts'
import { Link } from '@tanstack/react-router'
import { amount } from '../../api/values.ts'
import { Count } from '../../parts/amounts.tsx'
import { Panel } from '../../parts/page.tsx'
import { Status } from '../../parts/status.tsx'
import { Used } from '../../parts/used.tsx'
import css from './account-detail.module.css'
import { editAddress } from './addresses.ts'
import { quotaOf } from '../../lists/quota.ts'
import { useAccountTexts } from './texts.ts'

const NEARLY = 0.9

export function StoragePanel({ account }: { readonly account: Row }) {
  const { storage: t } = useAccountTexts()
  const may = useMay()
  const used = amount(account['usedDiskQuota'])
  const limit = quotaOf(account, 'maxDiskQuota')
  const messages = quotaOf(account, 'maxEmails')
  return (
    <Panel title={t.title} actions={may('Account', 'Update') ? <Link to={editAddress(account.id)}>{t.edit}</Link> : undefined}>
      <dl className={css['facts']}>
        <div><dt>{t.bytes}</dt><dd><Used used={used} limit={limit} label={t.bytes} bytes />{limit === null ? ` (${t.noLimit})` : ''}</dd></div>
        <div><dt>{t.messages}</dt><dd>{messages === null ? t.noLimit : <Count value={messages} />}</dd></div>
      </dl>
      {limit !== null && used >= limit ? <p className={css['note']}><Status tone="bad">{t.over}</Status></p> : null}
      {limit !== null && used < limit && used >= limit * NEARLY ? <p className={css['note']}><Status tone="warn">{t.nearly}</Status></p> : null}
      <p className={css['note']}>{t.doubt}</p>
    </Panel>
  )
}
