/**
 * Numbers over time. The picture is one image for screen readers, with the same numbers as a table beside it;
 * each series has its own dash besides its colour.
 */
import { useEffect, useEffectEvent, useId, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useLanguage, useTexts } from '../texts/language.ts'
import css from './chart.module.css'
import { HEIGHT_PX } from './chart-height.ts'
import { absoluteText, dateText } from './moment.ts'
import type { Tone } from './status.tsx'
import { EmptyState } from './states.tsx'

export interface Series {
  readonly label: string
  readonly tone: Tone
  /** One a time; null: a gap. */
  readonly values: readonly (number | null)[]
}
export interface ChartProps {
  /** What is shown, in one sentence: the name of the image and of the table. */
  readonly label: string
  /** ms since 1970, ascending. */
  readonly times: readonly number[]
  readonly series: readonly Series[]
  readonly kind?: 'line' | 'bars'
  /** Pixels. */
  readonly height?: number
  readonly format?: (value: number) => string
}

const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [10, 4, 2, 4]]
const BAR_SHARE = 0.7
/** Beside the picture: the last time on its axis stands half out of it. */
const END_PX = 30
/** From one time on the axis to the next: as wide as the longest, and a gap. */
const LABEL_PX = 68
const BAR_PX_MAX = 40

export function ChartDrawing({ label, times, series, kind = 'line', height = HEIGHT_PX, format }: ChartProps) {
  const t = useTexts()
  const language = useLanguage()
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const [seen, setSeen] = useState(false)
  const id = useId()
  const write = format ?? (value => new Intl.NumberFormat(language).format(value))
  const shape = JSON.stringify([kind, height, language, series.map(each => [each.label, each.tone])])
  const empty = times.length === 0

  const make = useEffectEvent((element: HTMLElement) => new uPlot(optionsOf({ series, kind, height, language, write, element }), dataOf(times, series), element))

  useEffect(() => {
    const element = place.current
    if (element === null || empty) return
    const made = make(element)
    plot.current = made
    const resized = new ResizeObserver(() => { made.setSize({ width: element.clientWidth, height: made.height }) })
    resized.observe(element)
    // Colours of the canvas do not follow the style sheet by themselves.
    const themed = new MutationObserver(() => { made.redraw() })
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      resized.disconnect()
      themed.disconnect()
      made.destroy()
      plot.current = null
    }
    // The numbers are handed over below, without a new picture; `shape` is what a new one is made for.
  }, [shape, empty])
  useEffect(() => { plot.current?.setData(dataOf(times, series)) }, [times, series])

  if (empty) return <EmptyState title={t.chart.noData} />
  return (
    <figure className={css['chart']}>
      <figcaption className={css['legend']}>
        {series.map((each, index) => (
          <span key={each.label}>
            <svg width="22" height="8" aria-hidden="true"><line x1="0" x2="22" y1="4" y2="4" stroke={`var(--${colour(each.tone)})`} strokeWidth="2.5" strokeDasharray={DASHES[index % DASHES.length]?.join(' ')} /></svg>
            {each.label}
          </span>
        ))}
        <button type="button" className={css['toggle']} aria-expanded={seen} aria-controls={id} onClick={() => { setSeen(!seen) }}>{t.chart.table}</button>
      </figcaption>
      <div ref={place} role="img" aria-label={label} className={css['place']} style={{ height }} />
      <div id={id} className={css['table']} hidden={!seen}>
        <table aria-label={label}>
          <thead><tr><th scope="col">{t.chart.time}</th>{series.map(each => <th key={each.label} scope="col">{each.label}</th>)}</tr></thead>
          <tbody>
            {seen ? times.map((time, at) => (
              <tr key={time}>
                <th scope="row">{absoluteText(time, language)}</th>
                {series.map(each => <td key={each.label}>{each.values[at] === null || each.values[at] === undefined ? '–' : write(each.values[at])}</td>)}
              </tr>
            )) : null}
          </tbody>
        </table>
      </div>
    </figure>
  )
}

interface Making {
  readonly series: readonly Series[]
  readonly kind: 'line' | 'bars'
  readonly height: number
  readonly language: string
  readonly element: HTMLElement
  write(this: void, value: number): string
}

function optionsOf({ series, kind, height, language, write, element }: Making): uPlot.Options {
  const ink = () => token('--ink-soft')
  const line = { stroke: () => token('--line'), width: 1 }
  const font = `12px ${getComputedStyle(document.body).fontFamily}`
  const paths = kind === 'bars' ? uPlot.paths.bars?.({ size: [BAR_SHARE, BAR_PX_MAX] }) : undefined
  return {
    width: element.clientWidth, height, legend: { show: false }, ms: 1, padding: [8, END_PX, 0, 0],
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_, min, max) => [Math.min(0, min), max <= 0 ? 1 : max * 1.08] } },
    axes: [
      { stroke: ink, grid: { show: false }, ticks: line, font, space: LABEL_PX, values: (_, at) => timesOf(at, language) },
      { stroke: ink, grid: line, ticks: { show: false }, font, size: 56, values: (_, at) => at.map(write) },
    ],
    series: [{}, ...series.map((each, index): uPlot.Series => ({
      label: each.label, stroke: () => token(`--${colour(each.tone)}`), width: 2, dash: [...DASHES[index % DASHES.length] ?? []], points: { show: false },
      ...(paths === undefined ? {} : { paths, fill: () => token(`--${colour(each.tone)}`), width: 0 }),
    }))],
  }
}

function timesOf(at: readonly number[], language: string): string[] {
  const span = (at.at(-1) ?? 0) - (at[0] ?? 0)
  const options = span > 86_400_000 * 2 ? { day: 'numeric', month: 'short' } as const : { hour: '2-digit', minute: '2-digit' } as const
  return at.map(each => dateText(each, language, options))
}

function dataOf(times: readonly number[], series: readonly Series[]): uPlot.AlignedData {
  return [[...times], ...series.map(each => [...each.values])]
}

function colour(tone: Tone): string {
  return tone === 'paused' ? 'idle' : tone
}

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}
