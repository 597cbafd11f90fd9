/** Numbers over time: what draws them is fetched when they are first shown, into a place that is kept for it. */
import { lazy, Suspense } from 'react'
import type { ChartProps } from './chart-drawing.tsx'
import css from './chart.module.css'
import { HEIGHT_PX } from './chart-height.ts'

const Drawing = lazy(async () => ({ default: (await import('./chart-drawing.tsx')).ChartDrawing }))

export function Chart(props: ChartProps) {
  const place = (
    <figure className={css['chart']}>
      <figcaption className={css['legend']}>{'\u00a0'}</figcaption>
      <div className={css['place']} style={{ height: props.height ?? HEIGHT_PX }} />
    </figure>
  )
  return <Suspense fallback={place}><Drawing {...props} /></Suspense>
}
