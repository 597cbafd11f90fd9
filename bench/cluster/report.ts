/** What a node of the benchmark's cluster tells the process that measures, and the clock that both share. */

/** One run of a task that says when it was created (ms of `machineMs`); `account` is its ordering key. */
export interface Run { readonly createdMs: number; readonly startedMs: number; readonly account: string }
/** `ran`: tasks so far, repeats included. `runs`: those since the last report. */
export interface Report { readonly ran: number; readonly runs: readonly Run[] }
export const REPORT_EVERY_MS = 10

/** Ms on a clock that all processes of one machine have in common and that nobody sets. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
