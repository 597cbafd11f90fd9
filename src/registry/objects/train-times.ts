/** How often spam training may come: what a cron expression can say, at half past, so that it does not begin with the great purges. */
const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000]

const CRONS: ReadonlyMap<number, string> = new Map([
  [15 * MINUTE_MS, '*/15 * * * *'], [30 * MINUTE_MS, '*/30 * * * *'], [HOUR_MS, '30 * * * *'],
  ...[2, 3, 4, 6, 8, 12].map((hours): [number, string] => [hours * HOUR_MS, `30 */${hours} * * *`]),
  [DAY_MS, '30 0 * * *'], [7 * DAY_MS, '30 0 * * 0'],
])
export const TRAIN_TIMES = '15m, 30m, 1h, 2h, 3h, 4h, 6h, 8h, 12h, 1d or 7d'

/** Null: no expression says that. */
export function trainCron(frequencyMs: number): string | null {
  return CRONS.get(frequencyMs) ?? null
}
