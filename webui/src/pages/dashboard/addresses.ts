/** Where a number of the dashboard leads: the list of just those that it counts. */
import { listAddress, WAITING } from '../../lists/places.ts'

/** Tasks that do not run and have not failed, the first to be due first. `lane` null: of all lanes. */
export function waitingTasks(lane: string | null): string {
  return tasks({ ...ofLane(lane), 'f.running': 'false', ...WAITING, sort: 'due' })
}

/** Those of them that are due by now. */
export function dueTasks(lane: string | null, nowMs: number): string {
  return tasks({ ...ofLane(lane), 'f.running': 'false', 'f.due': `..${wireDate(nowMs)}`, sort: 'due' })
}

export function runningTasks(lane: string | null): string {
  return tasks({ ...ofLane(lane), 'f.running': 'true' })
}

export function failedTasks(lane: string): string {
  return tasks({ ...ofLane(lane), 'f.status': 'Failed' })
}

/** Runs that began since then; `outcome`: that ended so. */
export function runsSince(sinceMs: number, outcome?: 'retry' | 'failed'): string {
  const range = { 'f.startedAt': `${wireDate(sinceMs)}..` }
  return `${listAddress('TaskRun')}?${new URLSearchParams(outcome === undefined ? range : { ...range, 'f.outcome': outcome }).toString()}`
}

/** A date as the server writes it: without parts of a second. */
function wireDate(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

function tasks(query: Readonly<Record<string, string>>): string {
  return `${listAddress('Task')}?${new URLSearchParams(query).toString()}`
}

function ofLane(lane: string | null): Readonly<Record<string, string>> {
  return lane === null ? {} : { 'f.lane': lane }
}
