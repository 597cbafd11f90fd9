/** What the settings mean for a task that always fails: in a sentence, on a time line, and as a table. */
import { TriangleAlert } from 'lucide-react'
import { durationText } from '../../parts/duration.ts'
import { Panel } from '../../parts/page.tsx'
import { SimpleTable } from '../../parts/simple-table.tsx'
import { useLanguage, useTexts } from '../../texts/language.ts'
import type { Plan } from './plan.ts'
import { doubtsOf, RUNS_MAX } from './plan.ts'
import css from './task-manager.module.css'
import { useRetryTexts } from './texts.ts'
import { TimeLine } from './time-line.tsx'

const ROWS_MAX = 12

export function PlanPanel({ plan }: { readonly plan: Plan | null }) {
  const t = useRetryTexts()
  return (
    <Panel title={t.plan}>
      {plan === null ? <p className={css['soft']}>{t.incomplete}</p> : <>
        <Sentence plan={plan} />
        {doubtsOf(plan).map(doubt => <p key={doubt} className={css['doubt']}><TriangleAlert aria-hidden="true" /><span>{t.doubts[doubt]}</span></p>)}
        <TimeLine plan={plan} />
        <RunTable plan={plan} />
      </>}
    </Panel>
  )
}

function useTime(): (ms: number) => string {
  const units = useTexts().time.units
  const language = useLanguage()
  return ms => durationText(ms, units, language)
}

function Sentence({ plan }: { readonly plan: Plan }) {
  const t = useRetryTexts()
  const time = useTime()
  const { runs, endedBy, endMs, fewestRuns, mostRuns, settings } = plan
  if (endedBy === null) return <p className={css['sentence']} aria-live="polite">{t.endless(RUNS_MAX)}</p>
  if (runs.length === 1) return <p className={css['sentence']} aria-live="polite">{t.endsAtOnce}</p>
  const last = runs.at(-1)
  return (
    <div aria-live="polite">
      <p className={css['sentence']}>{t.ends(fewestRuns === mostRuns ? t.runs(mostRuns) : t.runsRange(fewestRuns, mostRuns), time(endMs))}</p>
      <p className={css['soft']}>
        {last === undefined || !plan.varies ? '' : `${t.endsBetween(time(last.earliestMs), time(last.latestMs))} `}
        {endedBy === 'attempts' ? t.byAttempts : t.byDeadline(time(settings.totalDeadlineMs))}
      </p>
    </div>
  )
}

function RunTable({ plan: { runs } }: { readonly plan: Plan }) {
  const t = useRetryTexts()
  const time = useTime()
  return <>
    <SimpleTable
      label={t.axis} rows={runs.slice(0, ROWS_MAX)} rowKey={({ number }) => String(number)}
      columns={[
        { key: 'number', label: t.number, tight: true, cell: ({ number }) => number },
        {
          key: 'at', label: t.at,
          cell: ({ atMs, earliestMs, latestMs }) => <>
            {atMs === 0 ? t.first : time(atMs)}
            {latestMs > earliestMs ? <span className={css['soft']}> ({t.between(time(earliestMs), time(latestMs))})</span> : null}
          </>,
        },
        { key: 'wait', label: t.wait, cell: ({ number, atMs }) => number === 1 ? null : time(atMs - (runs[number - 2]?.atMs ?? 0)) },
      ]}
    />
    {runs.length > ROWS_MAX ? <p className={css['soft']}>{t.more(runs.length - ROWS_MAX)}</p> : null}
  </>
}
