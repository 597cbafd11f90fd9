/**
 * The buckets of one lane, each with its owner's colour and tag. It is drawn, not laid out: a thousand buckets that move
 * cost a few ms a frame. Keys as a slider has them go from bucket to bucket, and what is there is read out.
 */
import type { KeyboardEvent, PointerEvent } from 'react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { browserClock } from '../../api/browser.ts'
import type { Lane } from '../../api/cluster.ts'
import { wantsStillness } from '../../parts/motion.ts'
import css from './cluster.module.css'
import type { Owner } from './owners.ts'
import { bucketAt, stripLayout } from './strip-layout.ts'
import type { Palette, Strip } from './strip-paint.ts'
import { Faces, paintStrip } from './strip-paint.ts'

const MOVE_MS = 420
/** The last bucket of a lane begins so much later than the first: one sees where the change runs. */
const SWEEP_MS = 320

export function LaneStrip({ lane, width, known, palette, spotlight, tell }: {
  readonly lane: Lane
  /** CSS pixels. */
  readonly width: number
  readonly known: ReadonlyMap<string, Owner>
  readonly palette: Palette
  readonly spotlight: string | null
  /** What there is to say of a bucket. */
  readonly tell: (bucket: number) => string
}) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [cursor, setCursor] = useState<number | null>(null)
  const [place, setPlace] = useState(0)
  const { owners } = lane
  const layout = stripLayout(owners.length, width)
  const { columns, rows, cellWidth, cellHeight } = layout
  const moving = useRef({ before: owners, startedMs: -Infinity, frame: 0 })
  const seen = useRef(owners)

  const faces = useMemo(() => new Faces(known, palette, { cellWidth, cellHeight }), [known, palette, cellWidth, cellHeight])

  useEffect(() => {
    const element = canvas.current
    if (element === null) return
    const ratio = devicePixelRatio || 1
    element.width = Math.round(columns * cellWidth * ratio)
    element.height = Math.round(rows * cellHeight * ratio)
    element.getContext('2d')?.setTransform(ratio, 0, 0, ratio, 0, 0)
  }, [columns, rows, cellWidth, cellHeight])

  useEffect(() => {
    const state = moving.current
    if (seen.current !== owners && seen.current.length === owners.length && seen.current.some((owner, bucket) => owner !== owners[bucket])) {
      state.before = seen.current
      state.startedMs = wantsStillness() ? -Infinity : browserClock.monotonicMs()
    }
    seen.current = owners
    const progress = (bucket: number) => {
      if (state.before[bucket] === owners[bucket]) return 1
      const begins = state.startedMs + SWEEP_MS * (bucket / owners.length)
      return Math.min(1, Math.max(0, (browserClock.monotonicMs() - begins) / MOVE_MS))
    }
    const strip: Strip = { layout: { columns, rows, cellWidth, cellHeight }, owners, before: state.before, progress, faces, spotlight, cursor }
    const to = canvas.current?.getContext('2d') ?? null
    const step = () => {
      if (to !== null) paintStrip(to, strip)
      if (browserClock.monotonicMs() < state.startedMs + MOVE_MS + SWEEP_MS) state.frame = requestAnimationFrame(step)
    }
    step()
    return () => { cancelAnimationFrame(state.frame) }
  }, [owners, faces, spotlight, cursor, columns, rows, cellWidth, cellHeight])

  const point = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    setCursor(bucketAt(layout, owners.length, event.clientX - box.left, event.clientY - box.top))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: place + 1, ArrowLeft: place - 1, ArrowDown: place + columns, ArrowUp: place - columns, Home: 0, End: owners.length - 1,
    }
    const to = steps[event.key]
    if (to === undefined) return
    event.preventDefault()
    const next = Math.min(Math.max(to, 0), owners.length - 1)
    setPlace(next)
    setCursor(next)
  }
  return (
    <div
      className={css['strip']} style={{ height: rows * cellHeight, width: columns * cellWidth }}
      role="slider" tabIndex={0} aria-label={lane.name} aria-readonly="true" aria-valuemin={0} aria-valuemax={owners.length - 1} aria-valuenow={place}
      aria-valuetext={tell(place)} onKeyDown={onKeyDown}
      onPointerMove={point} onPointerLeave={() => { setCursor(null) }} onFocus={() => { setCursor(place) }} onBlur={() => { setCursor(null) }}
    >
      <canvas ref={canvas} className={css['canvas']} aria-hidden="true" />
      {cursor === null ? null : (
        <span
          className={css['readout']} aria-hidden="true"
          style={{ left: (cursor % columns) * cellWidth + cellWidth / 2, top: Math.floor(cursor / columns) * cellHeight, translate: `${readoutShift(cursor % columns, columns)}% -100%` }}
        >{tell(cursor)}</span>
      )}
    </div>
  )
}

/** In percent: at the edges it opens to the inside. */
function readoutShift(column: number, columns: number): number {
  return columns < 2 ? 0 : -100 * (column / (columns - 1))
}
