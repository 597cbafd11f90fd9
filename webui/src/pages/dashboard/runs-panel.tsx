/** How much was worked in the last hour and day, how much of it did not succeed, and the hours as a picture. */
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { listAddress } from '../../lists/places.ts'
import { Count, Duration } from '../../parts/amounts.tsx'
import { Chart } from '../../parts/chart.tsx'
import { PlainTable } from '../../parts/plain-table.tsx'
import { useLanguage } from '../../texts/language.ts'
import { runsSince } from './addresses.ts'
import { AnswerPanel } from './answer-panel.tsx'
import css from './dashboard.module.css'
import { Counted } from './lanes-panel.tsx'
import type { Answer } from './questions.ts'
import type { RunHour } from './run-hours.ts'
import { failureRate, totalOf } from './run-hours.ts'
import { useDashboardTexts } from './texts.ts'

const HOUR = 2
const MINUTE_MS = 60_000
const RUNS_PX = 170
const RATE_PX = 100

export function RunsPanel({ answer, nowMs }: { readonly answer: Answer<readonly RunHour[]>; readonly nowMs: number }) {
  const { runs: t } = useDashboardTexts()
  return (
    <AnswerPanel title={t.title} all={t.all} to={listAddress('TaskRun')} answer={answer} lines={10}>
      {hours => <>
        <Totals hours={hours} nowMs={nowMs} />
        {hours.every(({ runs }) => runs === 0) ? <p className={css['note']}>{t.none}</p> : <Hours hours={hours} />}
      </>}
    </AnswerPanel>
  )
}

function Totals({ hours, nowMs }: { readonly hours: readonly RunHour[]; readonly nowMs: number }) {
  const { runs: t } = useDashboardTexts()
  const language = useLanguage()
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 })
  const rate = new Intl.NumberFormat(language, { maximumFractionDigits: 1 })
  const hour = new Intl.DateTimeFormat(language, { weekday: 'short', hour: '2-digit', minute: '2-digit' })
  const spans = [[t.hour, HOUR], [t.day, hours.length]] as const
  return (
    <PlainTable
      label={t.title}
      columns={[
        { key: 'span', label: t.span }, { key: 'runs', label: t.runs, align: 'end' }, { key: 'perMinute', label: t.perMinute, align: 'end' },
        { key: 'failures', label: t.notDone, align: 'end' }, { key: 'rate', label: t.rate, align: 'end' }, { key: 'mean', label: t.mean, align: 'end' },
      ]}
      rows={spans.map(([label, count]) => {
        const total = totalOf(hours, count, nowMs)
        const share = failureRate(total)
        return {
          key: label,
          cells: {
            span: <>{label} <span className={css['since']}>{t.since} <time dateTime={new Date(total.sinceMs).toISOString()}>{hour.format(total.sinceMs)}</time></span></>,
            runs: <Link to={runsSince(total.sinceMs)}><Count value={total.runs} /></Link>,
            perMinute: total.spanMs === 0 ? '–' : rate.format(total.runs / total.spanMs * MINUTE_MS),
            failures: <Counted value={total.failures} to={runsSince(total.sinceMs, 'failed')} />,
            rate: share === null ? '–' : percent.format(share),
            mean: total.runs === 0 ? '–' : <Duration ms={total.durationMs / total.runs} />,
          },
        }
      })}
    />
  )
}

function Hours({ hours }: { readonly hours: readonly RunHour[] }) {
  const { runs: t } = useDashboardTexts()
  const language = useLanguage()
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 })
  const times = useMemo(() => hours.map(({ atMs }) => atMs), [hours])
  const runs = useMemo(() => [
    { label: t.runs, tone: 'busy', values: hours.map(each => each.runs) } as const,
    { label: t.notDone, tone: 'bad', values: hours.map(each => each.failures) } as const,
  ], [hours, t])
  const rates = useMemo(() => [{ label: t.rate, tone: 'bad', values: hours.map(failureRate) } as const], [hours, t])
  return <>
    <Chart label={t.chart} times={times} series={runs} kind="bars" height={RUNS_PX} />
    <Chart label={t.rateChart} times={times} series={rates} kind="bars" height={RATE_PX} format={value => percent.format(value)} />
  </>
}
