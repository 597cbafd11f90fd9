/**
 * Dates on the wire: `YYYY-MM-DDTHH:MM:SSZ` out; in, also a fraction (cut off), an offset, lower case, no seconds, or the
 * bare day (its first second in UTC). A time without offset is refused, since nobody can tell which one was meant.
 * 1970-01-01 to 9999-12-31 are dates; the last day of 9999 is a far date like any other.
 */

export const DATE_MS_MAX = Date.UTC(9999, 11, 31, 23, 59, 59)
const TEXT_CHARS_MAX = 40

const SHAPE = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:Z|([+-])(\d\d):(\d\d)))?$/i

/** Milliseconds since 1970, whole seconds; null when the text is no date or is out of range. */
export function parseDate(text: string): number | null {
  if (text.length > TEXT_CHARS_MAX) return null
  const parts = SHAPE.exec(text)
  if (!parts) return null
  const [
    ,
    year = '',
    month = '',
    day = '',
    hour = '0',
    minute = '0',
    second = '0',
    sign,
    offsetHour = '0',
    offsetMinute = '0',
  ] = parts
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const local = new Date(Date.UTC(y, mo - 1, d, h, mi, s))
  // Date.UTC takes the years 0–99 for 1900–1999 and rolls the 31st of February over: both show in the fields.
  const exact = local.getUTCFullYear() === y && local.getUTCMonth() === mo - 1 && local.getUTCDate() === d
    && h <= 23 && mi <= 59 && s <= 59 && Number(offsetHour) <= 23 && Number(offsetMinute) <= 59
  if (!exact) return null
  const offsetMs = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000 * (sign === '-' ? -1 : 1)
  const at = local.getTime() - offsetMs
  return at >= 0 && at <= DATE_MS_MAX ? at : null
}

/** The canonical text of a time; fractions of the second are cut off. A third of the time that toISOString takes. */
export function formatDate(ms: number): string {
  const at = new Date(ms)
  const date = `${at.getUTCFullYear()}-${twoDigits(at.getUTCMonth() + 1)}-${twoDigits(at.getUTCDate())}`
  return `${date}T${twoDigits(at.getUTCHours())}:${twoDigits(at.getUTCMinutes())}:${twoDigits(at.getUTCSeconds())}Z`
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
