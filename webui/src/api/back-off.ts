/** How long to wait before a connection is tried again: doubling, with a share of chance, so that tabs do not come all at once. */
const FIRST_MS = 500
const LAST_MS = 15_000

/** `failures` from 1; `random` gives 0 up to 1. Between half of the wait and all of it. */
export function backOffMs(failures: number, random: () => number): number {
  const whole = Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10))
  return whole * (0.5 + random() / 2)
}
