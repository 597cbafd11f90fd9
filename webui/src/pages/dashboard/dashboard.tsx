/** Is the cluster well? One sentence first, then the numbers it comes from, each with the list behind it. */
import { failureOf } from '../../api/failure.ts'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import { EmptyState } from '../../parts/states.tsx'
import { useNow } from '../../parts/time.tsx'
import { useTexts } from '../../texts/language.ts'
import { CertificatesPanel } from './certificates-panel.tsx'
import css from './dashboard.module.css'
import { FailuresPanel } from './failures-panel.tsx'
import { Figures } from './figures.tsx'
import type { Facts, Part } from './health.ts'
import { causesOf } from './health.ts'
import { LanesPanel } from './lanes-panel.tsx'
import { NodesPanel } from './nodes-panel.tsx'
import type { Answer, Answers } from './questions.ts'
import { useAnswers } from './questions.ts'
import { spanOf } from '../../api/run-rates.ts'
import { RunsPanel } from './runs-panel.tsx'
import { SchedulesPanel } from './schedules-panel.tsx'
import { useDashboardTexts } from './texts.ts'
import { VerdictPanel } from './verdict-panel.tsx'

export function Page() {
  const t = useTexts()
  const own = useDashboardTexts()
  const answers = useAnswers()
  const nowMs = useNow()
  const asked = Object.values(answers).filter(({ seen }) => seen)
  const uncovered = new Set(answers.findings.query.data?.flatMap(({ kind, subject }) => kind === 'laneWithoutNode' ? [subject] : []))
  const failed = asked.find(({ query }) => query.error !== null)
  return (
    <Frame title={t.nav.dashboard} subtitle={own.subtitle}>
      {asked.length === 0 ? <EmptyState title={own.blindTitle} next={own.blind} /> : <>
        <VerdictPanel causes={asked.some(({ query }) => query.isPending) ? null : causesOf(factsOf(answers, nowMs))} nowMs={nowMs} />
        {failed?.query.error == null ? null : (
          <FailurePanel failure={failureOf(failed.query.error)} onRetry={() => { for (const { query } of asked) void query.refetch() }} />
        )}
        <Figures answers={answers} uncovered={uncovered.size} nowMs={nowMs} />
        <div className={css['panels']}>
          <div className={css['column']}>
            <LanesPanel answer={answers.lanes} uncovered={uncovered} nowMs={nowMs} />
            <FailuresPanel answer={answers.failures} />
            <NodesPanel answer={answers.nodes} />
          </div>
          <div className={css['column']}>
            <RunsPanel answer={answers.runs} nowMs={nowMs} />
            <CertificatesPanel answer={answers.certificates} nowMs={nowMs} />
            <SchedulesPanel answer={answers.schedules} nowMs={nowMs} />
          </div>
        </div>
      </>}
    </Frame>
  )
}

function factsOf({ findings, nodes, lanes, failures, runs, certificates, schedules }: Answers, nowMs: number): Facts {
  const parts: Readonly<Record<Part, Answer<unknown>>> = { findings, nodes, lanes, failures, runs, certificates, schedules }
  return {
    nowMs,
    findings: findings.query.data ?? null,
    nodes: nodes.query.data ?? null,
    lanes: lanes.query.data ?? null,
    failed: failures.query.data?.count ?? null,
    failures: failures.query.data?.groups ?? null,
    lastHour: runs.query.data === undefined ? null : spanOf(runs.query.data.hour, nowMs),
    certificates: certificates.query.data ?? null,
    schedules: schedules.query.data ?? null,
    unknown: Object.entries(parts).flatMap(([part, { query }]) => query.error === null ? [] : [part as Part]),
  }
}
