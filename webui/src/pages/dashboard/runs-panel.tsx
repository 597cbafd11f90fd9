/** How much was worked in the last hour and day, how much of it did not succeed, and when, as a picture. */
import { Link } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { listAddress } from '../../lists/places.ts'
import { Count, Duration } from '../../parts/amounts.tsx'
import { Chart } from '../../parts/chart.tsx'
import { dateText } from '../../parts/moment.ts'
import { SimpleTable } from '../../parts/simple-table.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { useLanguage } from '../../texts/language.ts'
import { runsSince } from './addresses.ts'
import { AnswerPanel } from './answer-panel.tsx'
import { Counted } from './counted.tsx'
import css from './dashboard.module.css'
import type { Answer, Runs } from './questions.ts'
import type { RunStep } from '../../api/run-rates.ts'
import { failureRate, spanOf } from '../../api/run-rates.ts'
import { useDashboardTexts } from './texts.ts'

const MINUTE_MS = 60_000
const RUNS_PX = 150
const RATE_PX = 90

export function RunsPanel({ answer, nowMs }: { readonly answer: Answer<Runs>; readonly nowMs: number }) {
  const { runs: t } = useDashboardTexts()
  const [span, setSpan] = useState('hour')
  return (
    <AnswerPanel title={t.title} all={t.all} to={listAddress('TaskRun')} answer={answer} lines={10}>
      {({ hour, day }) => <>
        <Totals spans={[{ label: t.hour, steps: hour }, { label: t.day, steps: day }]} nowMs={nowMs} />
        <Tabs
          label={t.title} value={span} onChange={setSpan}
          tabs={[{ value: 'hour', label: t.hour, content: <Picture steps={hour} /> }, { value: 'day', label: t.day, content: <Picture steps={day} /> }]}
        />
      </>}
    </AnswerPanel>
  )
}

function Totals({ spans, nowMs }: { readonly spans: readonly { readonly label: string; readonly steps: readonly RunStep[] }[]; readonly nowMs: number }) {
  const { runs: t } = useDashboardTexts()
  const language = useLanguage()
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 })
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 })
  const time = (ms: number) => dateText(ms, language, { weekday: 'short', hour: '2-digit', minute: '2-digit' })
  return (
    <SimpleTable
      label={t.title} rowKey={({ label }) => label}
      rows={spans.map(({ label, steps }) => {
        const total = spanOf(steps, nowMs)
        return { label, total, rate: failureRate(total) }
      })}
      columns={[
        {
          key: 'span', label: t.span,
          cell: ({ label, total: { sinceMs } }) => <>{label} <span className={css['since']}>{t.since} <time dateTime={new Date(sinceMs).toISOString()}>{time(sinceMs)}</time></span></>,
        },
        {
          key: 'runs', label: t.runs, align: 'end',
          cell: ({ total: { runs, sinceMs, spanMs } }) => <>
            <Link to={runsSince(sinceMs)}><Count value={runs} /></Link>
            {spanMs === 0 ? null : <span className={css['since']}>{t.perMinute(number.format(runs / spanMs * MINUTE_MS))}</span>}
          </>,
        },
        { key: 'retry', label: t.retry, align: 'end', cell: ({ total: { retry, sinceMs } }) => <Counted value={retry} to={runsSince(sinceMs, 'retry')} /> },
        { key: 'failed', label: t.failed, align: 'end', cell: ({ total: { failed, sinceMs } }) => <Counted value={failed} to={runsSince(sinceMs, 'failed')} /> },
        { key: 'rate', label: t.rate, align: 'end', cell: ({ rate }) => rate === null ? null : percent.format(rate) },
        { key: 'mean', label: t.mean, align: 'end', cell: ({ total: { runs, durationMs } }) => runs === 0 ? null : <Duration ms={durationMs / runs} /> },
      ]}
    />
  )
}

function Picture({ steps }: { readonly steps: readonly RunStep[] }) {
  const { runs: t } = useDashboardTexts()
  const language = useLanguage()
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 })
  const times = useMemo(() => steps.map(({ atMs }) => atMs), [steps])
  const runs = useMemo(() => [
    { label: t.runs, tone: 'busy', values: steps.map(each => each.runs) } as const,
    { label: t.notDone, tone: 'bad', values: steps.map(({ retry, failed }) => retry + failed) } as const,
  ], [steps, t])
  const rates = useMemo(() => [{ label: t.rate, tone: 'bad', values: steps.map(failureRate) } as const], [steps, t])
  return <>
    <Chart label={t.chart} times={times} series={runs} kind="bars" height={RUNS_PX} />
    <Chart label={t.rateChart} times={times} series={rates} kind="bars" height={RATE_PX} format={value => percent.format(value)} />
  </>
}
