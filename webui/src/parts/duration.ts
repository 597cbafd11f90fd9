/** Durations and sizes as people write them, and back. */
import { readNumber, readWhole } from './amount-text.ts'

export interface DurationUnits { readonly d: string; readonly h: string; readonly min: string; readonly s: string; readonly ms: string }

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1, s: SECOND_MS, sec: SECOND_MS, sek: SECOND_MS, m: MINUTE_MS, min: MINUTE_MS, h: HOUR_MS, std: HOUR_MS, d: DAY_MS, t: DAY_MS, w: 7 * DAY_MS,
}
const PART = /^\s*(\d[\d.,'’\u00a0\u202f]*)\s*([a-z]*)\.?/i

/** The two largest units: `2 d 12 h`, `6 h`, `1.5 s`. */
export function durationText(ms: number, units: DurationUnits, language: string): string {
  const size = Math.abs(ms)
  const sign = ms < 0 ? '−' : ''
  if (size < SECOND_MS) return `${sign}${Math.round(size)} ${units.ms}`
  if (size < 10 * SECOND_MS) return `${sign}${new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(size / SECOND_MS)} ${units.s}`
  const parts = [[DAY_MS, units.d], [HOUR_MS, units.h], [MINUTE_MS, units.min], [SECOND_MS, units.s]] as const
  const first = parts.findIndex(([unitMs]) => size >= unitMs)
  let rest = size
  return sign + parts.slice(first, first + 2).flatMap(([unitMs, name]) => {
    const count = Math.floor(rest / unitMs)
    rest -= count * unitMs
    return count === 0 ? [] : [`${count} ${name}`]
  }).join(' ')
}

/** Exactly, in the form that parseDuration reads: `2d 12h`; the smallest unit is a millisecond. */
export function durationInput(ms: number): string {
  if (ms === 0) return '0s'
  let rest = ms
  return Object.entries({ d: DAY_MS, h: HOUR_MS, m: MINUTE_MS, s: SECOND_MS, ms: 1 }).flatMap(([name, unitMs]) => {
    const count = Math.floor(rest / unitMs)
    rest -= count * unitMs
    return count === 0 ? [] : [`${count}${name}`]
  }).join(' ')
}

/** ms; null when it is no duration. A number without a unit is seconds. */
export function parseDuration(text: string, language: string): number | null {
  let rest = text.trim()
  if (rest === '') return null
  let total = 0
  while (rest !== '') {
    const match = PART.exec(rest)
    if (match === null) return null
    const [whole, count = '', unit = ''] = match
    const unitMs = UNITS_MS[unit === '' ? 's' : unit.toLowerCase()]
    const value = readCount(count, language)
    if (unitMs === undefined || value === null) return null
    total += value * unitMs
    rest = rest.slice(whole.length).trim()
  }
  return Math.round(total)
}

const SIZE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const
const SIZE = /^\s*(\d[\d.,'’ \u00a0\u202f]*?)\s*([kmgtp]?)(i?)(b?)\s*$/i
const KILO = 1_024

export function bytesText(bytes: number, language: string): string {
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log(bytes) / Math.log(KILO)), SIZE_UNITS.length - 1)
  const value = bytes / KILO ** step
  const digits = step === 0 || value >= 100 ? 0 : 1
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)} ${SIZE_UNITS[step] ?? 'B'}`
}

/** Exactly, in the largest unit that divides it. */
export function sizeInput(bytes: number): string {
  let step = 0
  let value = bytes
  while (value !== 0 && value % KILO === 0 && step < SIZE_UNITS.length - 1) {
    value /= KILO
    step += 1
  }
  return `${value} ${SIZE_UNITS[step] ?? 'B'}`
}

/** Bytes; null when it is no size. */
export function parseSize(text: string, language: string): number | null {
  const match = SIZE.exec(text)
  if (match === null) return null
  const [, count = '', unit = ''] = match
  const step = unit === '' ? 0 : 'kmgtp'.indexOf(unit.toLowerCase()) + 1
  const value = readCount(count, language)
  return value === null ? null : Math.round(value * KILO ** step)
}

/** How many of a unit: a fraction is one of one or two digits, or far from a thousand in any language. */
function readCount(text: string, language: string): number | null {
  const value = readNumber(text, language)
  return value !== null && Number.isInteger(value) ? readWhole(text, language) : value
}
