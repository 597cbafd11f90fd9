/** Restores that go on, and those that have failed, whoever asked for them; nothing while there are none. */
import { Link } from '@tanstack/react-router'
import { useCount } from '../../api/hooks.ts'
import { listAddress } from '../../lists/places.ts'
import { Status } from '../../parts/status.tsx'
import css from './archived-items.module.css'
import { useArchivedTexts } from './texts.ts'

const TYPE = 'RestoreArchivedItem'
/** All tasks that restore something. */
export const RESTORES = `${listAddress('Task')}?${new URLSearchParams({ 'f.@type': TYPE }).toString()}`

export function UnderWay() {
  const { underway: t } = useArchivedTexts()
  const all = useCount('Task', { '@type': TYPE })
  const failed = useCount('Task', { '@type': TYPE, status: 'Failed' })
  const failures = failed.data ?? 0
  const waiting = Math.max(0, (all.data ?? 0) - failures)
  if (waiting + failures === 0) return null
  return (
    <p className={css['underway']}>
      {waiting === 0 ? null : <Status tone="busy"><Link to={RESTORES}>{t.waiting(waiting)}</Link></Status>}
      {failures === 0 ? null : <Status tone="bad"><Link to={`${RESTORES}&f.status=Failed`}>{t.failed(failures)}</Link></Status>}
    </p>
  )
}
