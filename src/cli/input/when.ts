/** Points in time as people write them: `2026-12-01T00:00:00Z`, `2026-12-01`, `now`, `+10m`, `-2h`. */
import { parseDuration } from '../../base/duration.ts'

const DATE = /^\d{4}-\d{2}-\d{2}$/
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:\d{2})$/
/** Beyond it a date has no four-digit year. */
const TIME_MAX_MS = Date.UTC(9999, 11, 31, 23, 59, 59)

export const WHEN_FORMS = 'a date like 2026-12-01T00:00:00Z (with Z or an offset), now, or +10m'

/** `YYYY-MM-DDTHH:MM:SSZ`, or null when the text is no time. A date alone is its midnight in UTC. */
export function parseWhen(text: string, nowMs: number): string | null {
  const ms = pointOf(text, nowMs)
  if (Number.isNaN(ms) || Math.abs(ms) > TIME_MAX_MS) return null
  return formatTime(ms)
}

export function formatTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** ms since 1970; NaN when it is none. */
function pointOf(text: string, nowMs: number): number {
  if (text === 'now') return nowMs
  if (/^[+-]/.test(text)) return nowMs + (text.startsWith('-') ? -1 : 1) * (parseDuration(text.slice(1)) ?? NaN)
  if (DATE.test(text)) return exact(`${text}T00:00:00Z`, text)
  return DATE_TIME.test(text) ? exact(text.replace(' ', 'T').toUpperCase(), text.slice(0, 10)) : NaN
}

/** `Date` takes 31 February for 3 March; we do not. */
function exact(text: string, day: string): number {
  const midnight = Date.parse(`${day}T00:00:00Z`)
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) return NaN
  return Date.parse(text)
}
