/** Distance of a time from now for people: `in 3m`, `2h5m ago`, `in 3d`, `now`. */
import { formatDuration } from '../../base/duration.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/**
 * From a distance of `fromMs` on, rounded to multiples of `stepMs`: two units at most, and no false
 * precision.
 */
const STEPS = [
  { fromMs: 7 * DAY_MS, stepMs: DAY_MS },
  { fromMs: DAY_MS, stepMs: HOUR_MS },
  { fromMs: MINUTE_MS, stepMs: MINUTE_MS },
]

export function formatRelative(atMs: number, nowMs: number): string {
  const distanceMs = Math.abs(atMs - nowMs)
  const { stepMs } = STEPS.find(step => distanceMs >= step.fromMs) ?? { stepMs: SECOND_MS }
  const rounded = Math.round(distanceMs / stepMs) * stepMs
  if (rounded === 0) return 'now'
  return atMs > nowMs ? `in ${formatDuration(rounded)}` : `${formatDuration(rounded)} ago`
}
