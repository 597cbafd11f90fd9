/** Durations are milliseconds inside and on the wire; people may also write `6h`, `90s`, `1m30s`. */

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const WHOLE = /^(?:\d+(?:ms|[smhdw]))+$/
const PART = /(\d+)(ms|[smhdw])/g

/** Milliseconds, or null when the text is no duration (the caller names the field). */
export function parseDuration(text: string): number | null {
  if (!WHOLE.test(text)) return null
  let total = 0
  for (const [, amount, unit] of text.matchAll(PART)) total += Number(amount) * (UNIT_MS[unit ?? ''] ?? NaN)
  return Number.isSafeInteger(total) ? total : null
}

/** The shortest text that parses back to the same number: 5_400_000 → `1h30m`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  const sign = ms < 0 ? '-' : ''
  let rest = Math.abs(Math.round(ms))
  let text = ''
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const size = UNIT_MS[unit] ?? 1
    const count = Math.floor(rest / size)
    if (count > 0) text += `${count}${unit}`
    rest -= count * size
  }
  return sign + text
}
