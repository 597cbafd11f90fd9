/** Which slots of a schedule are to be run now, and which is next: pure. Cron arithmetic is croner's (time zones, DST). */
import { Cron } from 'croner'
import type { CatchUp, ScheduleRow } from '../ports/schedule.ts'

/** A slot that is not older than this counts as on time. */
const ON_TIME_MS = 60_000
/** `all` after a very long pause runs at most this many slots, the newest ones. */
const CATCH_UP_MAX = 100

export interface DueSlots {
  readonly run: readonly number[]
  /** Newest slot that is over, run or skipped; null when none was. */
  readonly lastSlot: number | null
  readonly nextSlot: number
}

/** Null when the expression or the time zone is not valid, or has no slot any more. */
export function nextSlot(cron: string, timeZone: string, after: number): number | null {
  try {
    return slotAfter(new Cron(cron, { timezone: timeZone, paused: true }), after)
  } catch {
    // croner throws for what it cannot read; the caller names the field.
    return null
  }
}

export function dueSlots(schedule: Pick<ScheduleRow, 'cron' | 'timeZone' | 'catchUp' | 'nextSlot' | 'pausedUntil'>, now: number): DueSlots | null {
  if (schedule.nextSlot > now) return null
  const parsed = new Cron(schedule.cron, { timezone: schedule.timeZone, paused: true })
  const over = slotsUntil(parsed, schedule.nextSlot, now)
  const next = slotAfter(parsed, now)
  if (next === null) return null
  const wanted = over.filter(slot => schedule.pausedUntil === null || slot >= schedule.pausedUntil)
  return { run: pick(wanted, schedule.catchUp, now), lastSlot: over.at(-1) ?? null, nextSlot: next }
}

/** Slots after `newest` (null: there is none) that are not older than a minute, in their order: in UTC, at most 61. */
export function pendingSlots(cron: string, newest: number | null, now: number): readonly number[] {
  const slots: number[] = []
  const parsed = new Cron(cron, { timezone: 'UTC', paused: true })
  let slot = slotAfter(parsed, Math.max(newest ?? 0, now - ON_TIME_MS - 1))
  while (slot !== null && slot <= now) {
    slots.push(slot)
    slot = slotAfter(parsed, slot)
  }
  return slots
}

/** The newest slots from the first up to now, at most CATCH_UP_MAX of them, in their order. */
function slotsUntil(parsed: Cron, first: number, now: number): number[] {
  const slots: number[] = []
  // Forwards: nearly always one slot is over, and looking back for a hundred takes 9 ms.
  for (let slot = slotAfter(parsed, first - 1); slot !== null && slot <= now; slot = slotAfter(parsed, slot)) {
    if (slots.length === CATCH_UP_MAX) return newest(parsed, now)
    slots.push(slot)
  }
  return slots
}

function newest(parsed: Cron, now: number): number[] {
  return parsed.previousRuns(CATCH_UP_MAX, new Date(now + 1)).map(slot => slot.getTime()).toSorted((a, b) => a - b)
}

function slotAfter(parsed: Cron, after: number): number | null {
  return parsed.nextRun(new Date(after))?.getTime() ?? null
}

function pick(slots: readonly number[], catchUp: CatchUp, now: number): readonly number[] {
  switch (catchUp) {
    case 'all': return slots
    case 'last': return slots.slice(-1)
    case 'none': return slots.slice(-1).filter(slot => now - slot <= ON_TIME_MS)
  }
}
