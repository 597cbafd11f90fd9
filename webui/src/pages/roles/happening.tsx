/** After a role was saved: how much of what was foretold has happened. */
import { Link } from '@tanstack/react-router'
import type { ClusterNode, Lane } from '../../api/cluster.ts'
import { Progress } from '../../parts/amounts.tsx'
import { Panel } from '../../parts/page.tsx'
import { Status } from '../../parts/status.tsx'
import type { Preview } from './preview.ts'
import { listenersPending, progressOf } from './preview.ts'
import css from './roles.module.css'
import { useRoleTexts } from './texts.ts'

export function Happening({ saved, before, nodes, lanes }: {
  readonly saved: Preview
  readonly before: readonly Lane[]
  readonly nodes: readonly ClusterNode[]
  readonly lanes: readonly Lane[]
}) {
  const t = useRoleTexts()
  const { done, of } = progressOf(saved, before, lanes)
  const pending = listenersPending(saved, nodes)
  return (
    <Panel title={t.happening}>
      <div className={css['fields']} aria-live="polite">
        {done >= of && pending.length === 0 ? <Status tone="good">{t.done}</Status> : null}
        {of === 0 ? null : <>
          <Progress value={done} of={of} label={t.happening} />
          <span>{t.progress(done, of)}</span>
        </>}
        {pending.length === 0 ? null : <Status tone="busy">{t.waitListeners(pending.join(', '))}</Status>}
        <Link to="/manage/cluster">{t.toCluster}</Link>
      </div>
    </Panel>
  )
}
