/** Lane by lane: does somebody work it, what waits there and for how long, what runs, what failed. Quiet lanes are only named. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { listAddress } from '../../lists/places.ts'
import { Count, Duration } from '../../parts/amounts.tsx'
import { PlainTable } from '../../parts/plain-table.tsx'
import { Status } from '../../parts/status.tsx'
import { failedTasks, runningTasks, waitingTasks } from './addresses.ts'
import { AnswerPanel } from './answer-panel.tsx'
import css from './dashboard.module.css'
import type { Finding, Lane } from './facts.ts'
import type { Answer } from './questions.ts'
import { useDashboardTexts } from './texts.ts'

export function LanesPanel({ answer, findings, nowMs }: {
  readonly answer: Answer<readonly Lane[]>
  readonly findings: Answer<readonly Finding[]>
  readonly nowMs: number
}) {
  const { lanes: t } = useDashboardTexts()
  const uncovered = new Set(findings.query.data?.flatMap(({ kind, subject }) => kind === 'laneWithoutNode' ? [subject] : []))
  const isQuiet = ({ name, unowned, waiting, running, failed }: Lane) => waiting + running + failed + unowned === 0 && !uncovered.has(name)
  return (
    <AnswerPanel title={t.title} all={t.all} to={listAddress('ClusterNode')} answer={answer} lines={8}>
      {lanes => {
        const busy = lanes.filter(lane => !isQuiet(lane))
        const quiet = lanes.filter(isQuiet)
        return lanes.length === 0 ? <p className={css['note']}>{t.empty}</p> : <>
          {busy.length === 0 ? null : (
            <PlainTable
              label={t.title}
              columns={[
                { key: 'lane', label: t.lane }, { key: 'nodes', label: t.nodes }, { key: 'waiting', label: t.waiting, align: 'end' },
                { key: 'oldest', label: t.oldest, align: 'end' }, { key: 'running', label: t.running, align: 'end' }, { key: 'failed', label: t.failed, align: 'end' },
              ]}
              rows={busy.map(lane => ({
                key: lane.name,
                cells: {
                  lane: lane.name,
                  nodes: <Coverage lane={lane} uncovered={uncovered.has(lane.name)} />,
                  waiting: <Counted value={lane.waiting} to={waitingTasks(lane.name, nowMs)} />,
                  oldest: lane.oldestDueMs === null ? <None /> : <Duration ms={Math.max(0, nowMs - lane.oldestDueMs)} />,
                  running: <Counted value={lane.running} to={runningTasks(lane.name)} />,
                  failed: <Counted value={lane.failed} to={failedTasks(lane.name)} />,
                },
              }))}
            />
          )}
          {quiet.length === 0 ? null : <p className={css['note']}>{t.quiet}: {quiet.map(({ name }) => name).join(', ')}</p>}
        </>
      }}
    </AnswerPanel>
  )
}

/** Buckets are free for a moment whenever nodes come and go; only a lane that nobody may work is uncovered. */
function Coverage({ lane: { unowned, buckets }, uncovered }: { readonly lane: Lane; readonly uncovered: boolean }): ReactNode {
  const { lanes: t } = useDashboardTexts()
  if (uncovered) return <Status tone="bad">{t.uncovered}</Status>
  return unowned === 0 ? <Status tone="good">{t.covered}</Status> : <Status tone="warn">{t.partly(unowned, buckets)}</Status>
}

export function Counted({ value, to }: { readonly value: number; readonly to: string }) {
  return value === 0 ? <span className={css['zero']}>0</span> : <Link to={to}><Count value={value} /></Link>
}

function None() {
  return <span className={css['zero']}>–</span>
}
