/** Moments in words: formatters are kept, because making one costs more than using it a thousand times. */
const dates = new Map<string, Intl.DateTimeFormat>()
const relative = new Map<string, Intl.RelativeTimeFormat>()
const STEPS = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000], ['second', 1_000]] as const
/** The moment that it is compared with may be as old as a tick of useNow. */
const NOW_MS = 10_000
/** English with the day first and 24 hours: who is on call compares times with those of logs, and must not think of noon. */
const LOCALES: Readonly<Record<string, string>> = { en: 'en-GB' }

export function absoluteText(ms: number, language: string): string {
  return dateText(ms, language, { dateStyle: 'medium', timeStyle: 'medium' })
}

/** `22 Nov 2026, 14:05:09`, or the parts of it that are asked for. Every date and time that the console shows is written here. */
export function dateText(ms: number, language: string, options: Intl.DateTimeFormatOptions): string {
  const make = () => new Intl.DateTimeFormat(LOCALES[language] ?? language, options)
  return kept(dates, JSON.stringify([language, options]), make).format(ms)
}

export function utcText(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace(/\.\d+Z$/, ' Z')
}

/** `fromNowMs` below 0: in the past. */
export function relativeText(fromNowMs: number, language: string, now: string): string {
  const size = Math.abs(fromNowMs)
  if (size < NOW_MS) return now
  const format = kept(relative, language, () => new Intl.RelativeTimeFormat(language, { numeric: 'always', style: 'short' }))
  const [unit, unitMs] = STEPS.find(([, each]) => size >= each) ?? ['second', 1_000]
  return format.format(Math.trunc(fromNowMs / unitMs), unit)
}

export function zoneName(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

function kept<T>(cache: Map<string, T>, key: string, make: () => T): T {
  let found = cache.get(key)
  if (found === undefined) cache.set(key, found = make())
  return found
}
