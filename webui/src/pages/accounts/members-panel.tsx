/** Who reads and changes the mail of a group. */
import { Link } from '@tanstack/react-router'
import { useRows } from '../../api/hooks.ts'
import { listAddress, objectAddress } from '../../lists/places.ts'
import { Panel } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { useTexts } from '../../texts/language.ts'
import css from './account-detail.module.css'
import { useAccountTexts } from './texts.ts'

const SHOWN = 50

export function MembersPanel({ groupId }: { readonly groupId: string }) {
  const { members: t } = useAccountTexts()
  const { action } = useTexts()
  const { data } = useRows('Account', { filter: { memberGroupIds: groupId }, properties: ['emailAddress'], limit: SHOWN })
  const all = `${listAddress('Account')}?${new URLSearchParams({ 'f.memberGroupIds': groupId }).toString()}`
  return (
    <Panel title={t.title} actions={<Link to={all}>{action.open}</Link>}>
      {data === undefined ? <Skeleton lines={2} />
        : data.length === 0 ? <p className={css['note']}>{t.none}</p>
          : <ul className={css['links']}>{data.map(row => <li key={row.id}><Link to={objectAddress('Account', row.id)}>{String(row['emailAddress'])}</Link></li>)}</ul>}
    </Panel>
  )
}
