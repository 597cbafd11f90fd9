/** The few numbers that are looked at first; each leads to what it counts. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { listAddress } from '../../lists/places.ts'
import { durationText } from '../../parts/duration.ts'
import { useLanguage, useTexts } from '../../texts/language.ts'
import { dueTasks, runningTasks, runsSince, waitingTasks } from './addresses.ts'
import { Counted } from './counted.tsx'
import css from './figures.module.css'
import type { Answers } from './questions.ts'
import { failureRate, spanOf } from '../../api/run-rates.ts'
import { useDashboardTexts } from './texts.ts'

/** `uncovered`: lanes that no node may work. */
export function Figures({ answers, uncovered, nowMs }: { readonly answers: Answers; readonly uncovered: number; readonly nowMs: number }) {
  const t = useTexts()
  const own = useDashboardTexts()
  const language = useLanguage()
  const number = new Intl.NumberFormat(language)
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 })
  const { findings, failures, lanes, nodes, runs } = answers
  const known = lanes.query.data
  const waiting = known?.reduce((sum, lane) => sum + lane.waiting, 0)
  const running = known?.reduce((sum, lane) => sum + lane.running, 0)
  const oldest = known?.filter(lane => lane.oldestDueMs !== null).toSorted((one, other) => Number(one.oldestDueMs) - Number(other.oldestDueMs))[0]
  const active = nodes.query.data?.filter(({ status }) => status === 'active').length
  const present = nodes.query.data?.filter(({ status }) => status !== 'inactive').length
  const hour = runs.query.data === undefined ? undefined : spanOf(runs.query.data.hour, nowMs)
  const rate = hour === undefined ? undefined : failureRate(hour)
  return (
    <dl className={css['figures']} aria-label={own.figures.label}>
      {findings.seen ? <Figure label={own.figures.uncovered} value={numberText(findings.query.data === undefined ? undefined : uncovered)} to={listAddress('ClusterNode')} bad={uncovered > 0} /> : null}
      {failures.seen ? <Figure label={own.figures.failed} value={numberText(failures.query.data?.count)} to={listAddress('TaskFailure')} bad={(failures.query.data?.count ?? 0) > 0} /> : null}
      {lanes.seen ? <>
        <Figure label={own.figures.waiting} value={numberText(waiting)} to={waitingTasks(null)} />
        <Figure
          label={own.figures.oldest} to={dueTasks(oldest?.name ?? null, nowMs)}
          value={known === undefined ? undefined : oldest?.oldestDueMs == null ? '–' : durationText(Math.max(0, nowMs - oldest.oldestDueMs), t.time.units, language)}
          detail={oldest?.name}
        />
        <Figure label={own.figures.running} value={numberText(running)} to={runningTasks(null)} />
      </> : null}
      {runs.seen ? <>
        <Figure label={own.figures.runs} value={numberText(hour?.runs)} to={runsSince(hour?.sinceMs ?? nowMs)} />
        <Figure
          label={own.figures.rate} value={rate === undefined ? undefined : rate === null ? '–' : percent.format(rate)} to={runsSince(hour?.sinceMs ?? nowMs)}
          detail={hour === undefined ? undefined : <>
            <Counted value={hour.failed} to={runsSince(hour.sinceMs, 'failed')} /> {own.figures.failedRuns}, <Counted value={hour.retry} to={runsSince(hour.sinceMs, 'retry')} /> {own.figures.retriedRuns}
          </>}
        />
      </> : null}
      {nodes.seen ? <Figure label={own.figures.nodes} value={numberText(active)} detail={present === undefined || present === active ? undefined : own.figures.ofNodes(present)} to={listAddress('ClusterNode')} bad={active !== present} /> : null}
    </dl>
  )

  function numberText(value: number | undefined): string | undefined {
    return value === undefined ? undefined : number.format(value)
  }
}

/** `value` undefined: not known yet. */
function Figure({ label, value, detail, to, bad = false }: {
  readonly label: string
  readonly value: ReactNode
  readonly detail?: ReactNode
  readonly to: string
  readonly bad?: boolean
}) {
  return (
    <div className={`${css['figure']} ${bad ? css['bad'] : ''}`}>
      <dt>{label}</dt>
      <dd>
        <Link to={to} className={css['value']}><span className="unseen">{label}: </span>{value ?? '…'}</Link>
        {detail === undefined ? null : <span className={css['detail']}>{detail}</span>}
      </dd>
    </div>
  )
}
