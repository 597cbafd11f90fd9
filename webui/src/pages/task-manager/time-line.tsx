/** The planned runs on a time line: a mark for each, with its range where chance decides, and the deadline. */
import { useRef } from 'react'
import { durationText } from '../../parts/duration.ts'
import { useWidth } from '../../parts/use-width.ts'
import { useLanguage, useTexts } from '../../texts/language.ts'
import type { Plan, PlannedRun } from './plan.ts'
import { lineEnd, ticksOf } from './plan.ts'
import css from './task-manager.module.css'
import { useRetryTexts } from './texts.ts'

const SIDE_PX = 16
const AXIS_Y = 84
const RUN_Y = 52
const RADIUS = 9
const TICK_PX = 74

export function TimeLine({ plan }: { readonly plan: Plan }) {
  const t = useRetryTexts()
  const units = useTexts().time.units
  const language = useLanguage()
  const frame = useRef<HTMLDivElement>(null)
  const width = useWidth(frame)
  const { runs, settings: { totalDeadlineMs } } = plan
  const end = lineEnd(plan)
  const x = (ms: number) => SIDE_PX + (width - 2 * SIDE_PX) * Math.min(1, ms / end)
  const text = (ms: number) => ms === 0 ? '0' : durationText(ms, units, language)
  return (
    <div ref={frame} className={css['picture']}>
      <svg className={css['line']} role="img" aria-label={`${t.axis}. ${t.axisText(runs.map(({ atMs }) => text(atMs)).join(', '))}`}>
        {width === 0 ? null : <>
          {ticksOf(end, Math.max(1, Math.floor(width / TICK_PX))).map(tick => (
            <g key={tick}>
              <line className={css['tick']} x1={x(tick)} x2={x(tick)} y1={24} y2={AXIS_Y} />
              <text className={css['label']} x={x(tick)} y={AXIS_Y + 16}>{text(tick)}</text>
            </g>
          ))}
          <line className={css['axis']} x1={SIDE_PX} x2={width - SIDE_PX} y1={AXIS_Y} y2={AXIS_Y} />
          {totalDeadlineMs <= end ? <>
            <line className={css['deadline']} x1={x(totalDeadlineMs)} x2={x(totalDeadlineMs)} y1={18} y2={AXIS_Y} />
            <text className={css['deadlineLabel']} x={x(totalDeadlineMs)} y={12} textAnchor="end">{t.deadline}</text>
          </> : <text className={css['deadlineLabel']} x={width - SIDE_PX} y={12} textAnchor="end">{t.deadlineLater(text(totalDeadlineMs))}</text>}
          {runs.map((run, index) => (
            <Mark key={run.number} run={run} x={x} last={plan.endedBy !== null && index === runs.length - 1} crowded={crowded(runs, index, x)} label={t.givenUp} />
          ))}
        </>}
      </svg>
    </div>
  )
}

function Mark({ run: { number, atMs, earliestMs, latestMs }, x, last, crowded: tight, label }: {
  readonly run: PlannedRun
  readonly x: (ms: number) => number
  readonly last: boolean
  readonly crowded: boolean
  readonly label: string
}) {
  const at = x(atMs)
  return (
    <g>
      {latestMs > earliestMs ? <rect className={css['range']} x={x(earliestMs)} width={Math.max(2, x(latestMs) - x(earliestMs))} y={RUN_Y + 14} height={6} rx={3} /> : null}
      <circle className={last ? css['last'] : css['run']} cx={at} cy={RUN_Y} r={tight ? 3.5 : RADIUS} />
      {tight ? null : <text className={css['runNumber']} x={at} y={RUN_Y}>{number}</text>}
      {last ? <text className={css['lastLabel']} x={at} y={RUN_Y - 16}>{label}</text> : null}
    </g>
  )
}

/** Too near to a neighbour for its number. */
function crowded(runs: readonly PlannedRun[], index: number, x: (ms: number) => number): boolean {
  const near = (other: PlannedRun | undefined) => other !== undefined && Math.abs(x(other.atMs) - x(runs[index]?.atMs ?? 0)) < 2 * RADIUS
  return near(runs[index - 1]) || near(runs[index + 1])
}
