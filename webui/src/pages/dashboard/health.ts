/**
 * Is the cluster well? Every fact that speaks against it is a cause, with the place that shows it; the worst comes first.
 * What could not be read is a cause too: silence is no health.
 */
import { listAddress, objectAddress } from '../../lists/places.ts'
import type { ClusterNode, Finding } from '../../api/cluster.ts'
import { dueTasks } from './addresses.ts'
import type { RunTotals } from '../../api/run-rates.ts'
import type { Certificate, FailureGroup, Lane, Schedule } from './facts.ts'
import { badAddresses } from './facts.ts'

export type Severity = 'trouble' | 'attention'
/** Parts that a question to the server may fail to read. */
export type Part = 'findings' | 'nodes' | 'lanes' | 'failures' | 'runs' | 'certificates' | 'schedules'

export type Cause = { readonly severity: Severity; readonly to: string } & (
  | { readonly kind: 'finding'; readonly finding: Finding; readonly subjects: readonly string[] }
  | { readonly kind: 'waiting'; readonly lane: string; readonly waitedMs: number }
  | { readonly kind: 'failed'; readonly count: number; readonly groups: number }
  | { readonly kind: 'failing'; readonly share: number; readonly runs: number }
  | { readonly kind: 'silentNode'; readonly hostname: string; readonly since: string }
  | { readonly kind: 'listener'; readonly hostname: string; readonly listener: string; readonly address: string }
  | { readonly kind: 'certificateOver' | 'certificateEnds'; readonly name: string; readonly at: string }
  | { readonly kind: 'scheduleFailed' | 'scheduleLate'; readonly name: string }
  | { readonly kind: 'unknown'; readonly part: Part }
)

/** null: this login may not see it. */
export interface Facts {
  readonly nowMs: number
  readonly findings: readonly Finding[] | null
  readonly nodes: readonly ClusterNode[] | null
  readonly lanes: readonly Lane[] | null
  readonly failed: number | null
  readonly failures: readonly FailureGroup[] | null
  readonly lastHour: RunTotals | null
  readonly certificates: readonly Certificate[] | null
  readonly schedules: readonly Schedule[] | null
  /** Could not be read. */
  readonly unknown: readonly Part[]
}

export type Verdict = 'well' | Severity

const MINUTE_MS = 60_000
export const WAIT_MS_ATTENTION = 10 * MINUTE_MS
export const WAIT_MS_TROUBLE = 60 * MINUTE_MS
/** Fewer runs than that say nothing about a rate. */
export const RATE_RUNS_MIN = 20
export const RATE_ATTENTION = 0.1
export const RATE_TROUBLE = 0.5
/** The same as in the health check of a node. */
export const CERTIFICATE_MS_ATTENTION = 14 * 86_400_000

export function verdictOf(causes: readonly Cause[]): Verdict {
  return causes[0]?.severity ?? 'well'
}

/** Trouble first; within it in the order of what is asked first at night. */
export function causesOf(facts: Facts): Cause[] {
  const causes = [
    ...ofNodes(facts), ...ofFindings(facts), ...ofWaits(facts), ...ofRate(facts), ...ofFailed(facts), ...ofCertificates(facts), ...ofSchedules(facts),
    ...facts.unknown.map((part): Cause => ({ kind: 'unknown', severity: 'attention', part, to: PLACES[part] })),
  ]
  return causes.sort((one, other) => Number(one.severity === 'attention') - Number(other.severity === 'attention'))
}

const PLACES: Readonly<Record<Part, string>> = {
  findings: listAddress('ClusterNode'), nodes: listAddress('ClusterNode'), lanes: listAddress('ClusterNode'), failures: listAddress('TaskFailure'),
  runs: listAddress('TaskRun'), certificates: listAddress('Certificate'), schedules: listAddress('Schedule'),
}

/** Findings of one kind are one cause: a node that dies leaves many lanes to a single other one. */
function ofFindings({ findings }: Facts): Cause[] {
  const alike = Map.groupBy(findings ?? [], ({ severity, kind }) => `${severity} ${kind}`)
  return [...alike.values()].flatMap((group): Cause[] => {
    const [finding] = group
    if (finding === undefined) return []
    const severity = finding.severity === 'error' ? 'trouble' : 'attention'
    return [{ kind: 'finding', severity, finding, subjects: group.map(({ subject }) => subject), to: PLACES.findings }]
  })
}

/** A node that is silent for a day is history: its work was taken over, and it is listed with the nodes. */
function ofNodes({ nodes }: Facts): Cause[] {
  return (nodes ?? []).flatMap((node): Cause[] => {
    const to = objectAddress('ClusterNode', node.id)
    if (node.status === 'stale') return [{ kind: 'silentNode', severity: 'attention', hostname: node.hostname, since: node.lastRenewal, to }]
    if (node.status !== 'active') return []
    return badAddresses(node).map(({ listener, address }) => ({ kind: 'listener', severity: 'attention', hostname: node.hostname, listener, address, to }))
  })
}

function ofWaits({ lanes, nowMs }: Facts): Cause[] {
  const waits = (lanes ?? []).flatMap(({ name, oldestDueMs }) =>
    oldestDueMs === null || nowMs - oldestDueMs < WAIT_MS_ATTENTION ? [] : [{ name, waitedMs: nowMs - oldestDueMs }])
  return waits.toSorted((one, other) => other.waitedMs - one.waitedMs).map(({ name, waitedMs }) => ({
    kind: 'waiting', severity: waitedMs < WAIT_MS_TROUBLE ? 'attention' : 'trouble', lane: name, waitedMs, to: dueTasks(name, nowMs),
  }))
}

function ofRate({ lastHour }: Facts): Cause[] {
  if (lastHour === null || lastHour.runs < RATE_RUNS_MIN) return []
  const share = (lastHour.retry + lastHour.failed) / lastHour.runs
  if (share < RATE_ATTENTION) return []
  return [{ kind: 'failing', severity: share < RATE_TROUBLE ? 'attention' : 'trouble', share, runs: lastHour.runs, to: PLACES.runs }]
}

function ofFailed({ failed, failures }: Facts): Cause[] {
  if (failed === null || failed === 0) return []
  return [{ kind: 'failed', severity: 'attention', count: failed, groups: failures?.length ?? 0, to: PLACES.failures }]
}

function ofCertificates({ certificates, nowMs }: Facts): Cause[] {
  const ending = (certificates ?? []).filter(({ untilMs }) => untilMs - nowMs < CERTIFICATE_MS_ATTENTION)
  return ending.toSorted((one, other) => one.untilMs - other.untilMs).map(({ id, name, until, untilMs }) => {
    const over = untilMs <= nowMs
    return { kind: over ? 'certificateOver' : 'certificateEnds', severity: over ? 'trouble' : 'attention', name, at: until, to: objectAddress('Certificate', id) }
  })
}

function ofSchedules({ schedules }: Facts): Cause[] {
  return (schedules ?? []).flatMap(({ id, name, problem }): Cause[] => problem === null ? [] : [{
    kind: problem === 'late' ? 'scheduleLate' : 'scheduleFailed', severity: 'attention', name, to: objectAddress('Schedule', id),
  }])
}
