/** Distance of a time from now for people: `in 3m`, `2h5m ago`, `in 3d`, `now`. */
import { formatDuration } from '../../base/duration.ts'

/** Steps of rounding: from a distance of `fromMs` on, to multiples of `stepMs`, so that two units are left at most. */
const STEPS = [
  { fromMs: 86_400_000, stepMs: 3_600_000 },
  { fromMs: 3_600_000, stepMs: 60_000 },
  { fromMs: 0, stepMs: 1_000 },
]

export function formatRelative(atMs: number, nowMs: number): string {
  const distanceMs = Math.abs(atMs - nowMs)
  const { stepMs } = STEPS.find(step => distanceMs >= step.fromMs) ?? { stepMs: 1_000 }
  const rounded = Math.round(distanceMs / stepMs) * stepMs
  if (rounded === 0) return 'now'
  return atMs > nowMs ? `in ${formatDuration(rounded)}` : `${formatDuration(rounded)} ago`
}
