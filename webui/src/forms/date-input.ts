/** Between the wire's UTC and what an input of the kind `datetime-local` shows: the viewer's zone, to the second. */

const MINUTE_MS = 60_000

export function localInput(iso: string): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return ''
  return new Date(at.getTime() - at.getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, 19)
}

/** Whole seconds in UTC; null when nothing is chosen. */
export function fromLocalInput(text: string): string | null {
  const at = new Date(text)
  return text === '' || Number.isNaN(at.getTime()) ? null : at.toISOString().replace(/\.\d+Z$/, 'Z')
}
