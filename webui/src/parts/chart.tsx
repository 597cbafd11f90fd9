/** Numbers over time: what draws them is fetched when they are first shown, into a place that is kept for it. */
import type { ChartProps } from './chart-drawing.tsx'
import css from './chart.module.css'
import { HEIGHT_PX } from './chart-height.ts'
import { lazyPart } from './lazy-part.tsx'

export const Chart = lazyPart(async () => (await import('./chart-drawing.tsx')).ChartDrawing, Place)

function Place(props: ChartProps) {
  return (
    <figure className={css['chart']}>
      <figcaption className={css['legend']}>{'\u00a0'}</figcaption>
      <div className={css['place']} style={{ height: props.height ?? HEIGHT_PX }} />
    </figure>
  )
}
