/** How long the queue's side tables remember. */

export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000
/** Slots are remembered for so long behind the last one, so that moving a schedule back does not repeat its tasks. */
export const SLOT_KEPT_MS = 31 * DAY_MS
