/** Where a number of the dashboard leads: the list of just those that it counts. */
import { listAddress } from '../../lists/places.ts'

const TASKS = listAddress('Task')
const RUNS = listAddress('TaskRun')

/** Tasks of a lane that are due by now and do not run, the first to be due first. */
export function waitingTasks(lane: string, nowMs: number): string {
  return `${TASKS}?${new URLSearchParams({ 'f.lane': lane, 'f.running': 'false', 'f.due': `..${wireDate(nowMs)}`, sort: 'due' }).toString()}`
}

export function runningTasks(lane: string): string {
  return `${TASKS}?${new URLSearchParams({ 'f.lane': lane, 'f.running': 'true' }).toString()}`
}

export function failedTasks(lane: string): string {
  return `${TASKS}?${new URLSearchParams({ 'f.lane': lane, 'f.status': 'Failed' }).toString()}`
}

export function failureGroup(id: string): string {
  return `${TASKS}/failed?${new URLSearchParams({ group: id }).toString()}`
}

/** Runs that began since then; `outcome`: that ended so. */
export function runsSince(sinceMs: number, outcome?: 'retry' | 'failed'): string {
  const range = { 'f.startedAt': `${wireDate(sinceMs)}..` }
  return `${RUNS}?${new URLSearchParams(outcome === undefined ? range : { ...range, 'f.outcome': outcome }).toString()}`
}

/** A date as the server writes it: without parts of a second. */
export function wireDate(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
