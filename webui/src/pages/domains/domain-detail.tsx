/** One domain: who has addresses in it, what works on it, its settings. */
import { useParams } from '@tanstack/react-router'
import { useMay } from '../../api/context.ts'
import { useObject } from '../../api/hooks.ts'
import { ObjectDetailPage } from '../../lists/object-detail.tsx'
import { listAddress } from '../../lists/places.ts'
import { CountedLink } from '../../parts/counted-link.tsx'
import { Panel } from '../../parts/page.tsx'
import { Status } from '../../parts/status.tsx'
import { TaskCounts } from '../../parts/task-counts.tsx'
import css from './domain-detail.module.css'
import { useDomainTexts } from './texts.ts'

export function Page() {
  const { id = '' } = useParams({ strict: false })
  const own = useDomainTexts()
  return <ObjectDetailPage key={id} object="Domain" id={id} destroyText={own.destroyText} above={<Around id={id} />} />
}

function Around({ id }: { readonly id: string }) {
  const own = useDomainTexts()
  const may = useMay()
  const { data } = useObject('Domain', id)
  const catchAll = data?.['catchAllAddress']
  const accounts = listAddress('Account')
  return (
    <div className={css['panels']}>
      {may('Account', 'Query') ? (
        <Panel title={own.accounts.title}>
          <dl className={css['facts']}>
            <div><dt>{own.accounts.users}</dt><dd><CountedLink object="Account" filter={{ domainId: id, '@type': 'User' }} at={accounts} label={own.accounts.users} /></dd></div>
            <div><dt>{own.accounts.groups}</dt><dd><CountedLink object="Account" filter={{ domainId: id, '@type': 'Group' }} at={accounts} label={own.accounts.groups} /></dd></div>
          </dl>
          <p className={css['note']}>{typeof catchAll === 'string' ? `${own.accounts.catchAll} ${catchAll}.` : own.accounts.noCatchAll}</p>
          {data?.['isEnabled'] === false ? <p className={css['note']}><Status tone="paused">{own.disabledText}</Status></p> : null}
        </Panel>
      ) : null}
      {may('Task', 'Query') ? <Panel title={own.tasks.title}><p>{own.tasks.text} <TaskCounts about={{ domainId: id }} /></p></Panel> : null}
    </div>
  )
}
