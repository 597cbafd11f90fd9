/** Whether somebody has asked the system for less motion: what changes then changes at once. */
const query = matchMedia('(prefers-reduced-motion: reduce)')

export function wantsStillness(): boolean {
  return query.matches
}
