/**
 * Between the wire's UTC and what an input of the kind `datetime-local` shows: the viewer's zone. By the parts of the date,
 * as offsets are whole minutes only since the zones are, and a year that is being typed begins as the year 2.
 */

/** `to`: the smallest part that is shown. */
export function localInput(iso: string, to: 'minute' | 'second'): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return ''
  const two = (part: number) => String(part).padStart(2, '0')
  const day = `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`
  return to === 'minute' ? `${day}T${time}` : `${day}T${time}:${two(at.getSeconds())}`
}

/** Whole seconds in UTC; null when nothing is chosen. */
export function fromLocalInput(text: string): string | null {
  const at = new Date(text)
  return text === '' || Number.isNaN(at.getTime()) ? null : at.toISOString().replace(/\.\d+Z$/, 'Z')
}
