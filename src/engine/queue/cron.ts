/**
 * Judging cron expressions and time zones before they are stored, in words that name the part that is wrong. The
 * arithmetic and the reading of each part are croner's; what it may be asked for stands here.
 */
import { Cron } from 'croner'
import { nextSlot } from './slots.ts'

/** `text` goes on from the property's name: "has 4 parts; …". */
export interface ScheduleProblem { readonly property: 'cron' | 'timeZone'; readonly text: string }

interface Part {
  readonly name: string
  readonly range: string
  /** An expression that is right except, perhaps, for this part. */
  readonly alone: (part: string) => string
}

const PARTS: readonly [Part, ...Part[]] = [
  { name: 'second', range: '0-59', alone: part => `${part} * * * * *` },
  { name: 'minute', range: '0-59', alone: part => `${part} * * * *` },
  { name: 'hour', range: '0-23', alone: part => `* ${part} * * *` },
  { name: 'day of the month', range: '1-31 or L for the last', alone: part => `* * ${part} * *` },
  { name: 'month', range: '1-12 or JAN-DEC', alone: part => `* * * ${part} *` },
  { name: 'day of the week', range: '0-7 (0 and 7 are Sunday) or SUN-SAT', alone: part => `* * * * ${part}` },
]
/** Longer ones are no help to anybody who reads them. */
export const CRON_CHARS_MAX = 200

/** Null: the schedule has a slot after `now`. */
export function scheduleProblem(cron: string, timeZone: string, now: number): ScheduleProblem | null {
  const wrong = cronFault(cron)
  if (wrong !== null) return { property: 'cron', text: wrong }
  if (!isTimeZone(timeZone)) {
    return { property: 'timeZone', text: 'is no time zone; write UTC, or a name of the IANA list such as "Europe/Vienna".' }
  }
  if (nextSlot(cron, timeZone, now) === null) return { property: 'cron', text: 'never comes: no date is like that.' }
  return null
}

function cronFault(cron: string): string | null {
  const parts = cron.trim().split(/\s+/)
  if (cron.length > CRON_CHARS_MAX) return `may have ${CRON_CHARS_MAX} characters.`
  if (parts.length !== 5 && parts.length !== 6) {
    return 'must have 5 parts (minute, hour, day of the month, month, day of the week), or 6 with the second before them; '
      + `it has ${cron.trim() === '' ? 0 : parts.length}.`
  }
  const declared = PARTS.slice(-parts.length)
  for (const [index, part] of parts.entries()) {
    const { name, range, alone } = declared[index] ?? PARTS[0]
    if (!isReadable(alone(part))) {
      return `has the ${name} "${part.slice(0, 40)}", which is not valid; write * or ${range}, alone, as a range 1-5, a list 1,3 or in steps */5.`
    }
  }
  return isReadable(cron) ? null : 'cannot be read as a whole, though each of its parts can.'
}

function isReadable(cron: string): boolean {
  try {
    return new Cron(cron, { paused: true }) instanceof Cron
  } catch {
    // croner throws for what it cannot read; our own words follow.
    return false
  }
}

/** Names only: an offset such as +02:00 knows no summer time, and would be no better than UTC. */
function isTimeZone(timeZone: string): boolean {
  if (!/^[A-Za-z]/.test(timeZone)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== ''
  } catch {
    // A RangeError says that there is no such zone.
    return false
  }
}
