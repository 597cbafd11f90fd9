/** Moments in words: formatters are kept, because making one costs more than using it a thousand times. */
const absolute = new Map<string, Intl.DateTimeFormat>()
const relative = new Map<string, Intl.RelativeTimeFormat>()
const STEPS = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000], ['second', 1_000]] as const
/** The moment that it is compared with may be as old as a tick of useNow. */
const NOW_MS = 10_000

export function absoluteText(ms: number, language: string): string {
  return kept(absolute, language, () => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' })).format(ms)
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

function kept<T>(cache: Map<string, T>, language: string, make: () => T): T {
  let found = cache.get(language)
  if (found === undefined) cache.set(language, found = make())
  return found
}
