/** Lane by lane: does somebody work it, what waits there and for how long, what runs, what failed. Quiet lanes are only named. */
import { listAddress } from '../../lists/places.ts'
import { Duration } from '../../parts/amounts.tsx'
import { SimpleTable } from '../../parts/simple-table.tsx'
import { Status } from '../../parts/status.tsx'
import { failedTasks, runningTasks, waitingTasks } from './addresses.ts'
import { AnswerPanel } from './answer-panel.tsx'
import { Counted } from './counted.tsx'
import css from './dashboard.module.css'
import type { Lane } from './facts.ts'
import type { Answer } from './questions.ts'
import { useDashboardTexts } from './texts.ts'

/** `uncovered`: names of lanes that no node may work. */
export function LanesPanel({ answer, uncovered, nowMs }: { readonly answer: Answer<readonly Lane[]>; readonly uncovered: ReadonlySet<string>; readonly nowMs: number }) {
  const { lanes: t } = useDashboardTexts()
  const isQuiet = ({ name, unowned, waiting, running, failed }: Lane) => waiting + running + failed + unowned === 0 && !uncovered.has(name)
  return (
    <AnswerPanel title={t.title} all={t.all} to={listAddress('ClusterNode')} answer={answer} lines={8}>
      {lanes => {
        const busy = lanes.filter(lane => !isQuiet(lane))
        const quiet = lanes.filter(isQuiet)
        return <>
          {busy.length === 0 ? null : (
            <SimpleTable
              label={t.title} rows={busy} rowKey={({ name }) => name}
              columns={[
                { key: 'lane', label: t.lane, cell: ({ name }) => name },
                { key: 'nodes', label: t.nodes, cell: lane => <Coverage lane={lane} uncovered={uncovered.has(lane.name)} /> },
                { key: 'waiting', label: t.waiting, align: 'end', cell: ({ name, waiting }) => <Counted value={waiting} to={waitingTasks(name)} /> },
                { key: 'oldest', label: t.oldest, align: 'end', cell: ({ oldestDueMs }) => oldestDueMs === null ? null : <Duration ms={Math.max(0, nowMs - oldestDueMs)} /> },
                { key: 'running', label: t.running, align: 'end', cell: ({ name, running }) => <Counted value={running} to={runningTasks(name)} /> },
                { key: 'failed', label: t.failed, align: 'end', cell: ({ name, failed }) => <Counted value={failed} to={failedTasks(name)} /> },
              ]}
            />
          )}
          {quiet.length === 0 ? null : <p className={css['note']}>{t.quiet}: {quiet.map(({ name }) => name).join(', ')}</p>}
        </>
      }}
    </AnswerPanel>
  )
}

/** Buckets are free for a moment whenever nodes come and go; only a lane that nobody may work is uncovered. */
function Coverage({ lane: { unowned, buckets }, uncovered }: { readonly lane: Lane; readonly uncovered: boolean }) {
  const { lanes: t } = useDashboardTexts()
  if (uncovered) return <Status tone="bad">{t.uncovered}</Status>
  return unowned === 0 ? <Status tone="good">{t.covered}</Status> : <Status tone="warn">{t.partly(unowned, buckets)}</Status>
}
