/** Cron: when something comes again, as a form offers it. The day of a week counts from Sunday, which is 0. */
import { number, shape, variants } from '../../base/fields.ts'
import type { JsonObject } from '../../base/json.ts'

const MINUTE = number('Minutes past the hour.', 'unsignedInteger', { max: 59, default: 0 })
const HOUR = number('The hour.', 'unsignedInteger', { max: 23, default: 0 })

export const CRON = variants('Cron', [
  { name: 'Daily', label: 'Every day', shape: shape('CronDaily', { hour: HOUR, minute: MINUTE }) },
  {
    name: 'Weekly', label: 'Every week',
    shape: shape('CronWeekly', {
      day: number('The day of the week: 0 is Sunday, 6 is Saturday.', 'unsignedInteger', { max: 6, default: 0 }), hour: HOUR, minute: MINUTE,
    }),
  },
  { name: 'Hourly', label: 'Every hour', shape: shape('CronHourly', { minute: MINUTE }) },
])

/** The same as an expression: minute, hour, day of the month, month, day of the week. */
export function cronText(cron: JsonObject): string {
  const { '@type': type, minute, hour, day } = cron
  switch (type) {
    case 'Hourly': return `${String(minute)} * * * *`
    case 'Weekly': return `${String(minute)} ${String(hour)} * * ${String(day)}`
    default: return `${String(minute)} ${String(hour)} * * *`
  }
}
