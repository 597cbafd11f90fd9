/** Management › Cluster: is it well, who is there, who works what. */
import { Link } from '@tanstack/react-router'
import type { ClusterNode, Finding, Lane } from '../../api/cluster.ts'
import { isWorking } from '../../api/cluster.ts'
import { useFindings, useLanes, useNodes } from '../../api/use-cluster.ts'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Page as Frame, Panel } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { Assignment } from './assignment.tsx'
import css from './cluster.module.css'
import { Findings } from './findings.tsx'
import { Nodes } from './nodes.tsx'
import { uncoveredOf } from './owners.ts'
import { useClusterTexts } from './texts.ts'

export function Page() {
  const t = useClusterTexts()
  const [nodes, lanes, findings] = [useNodes(), useLanes(), useFindings()]
  const failure = nodes.failure ?? lanes.failure ?? findings.failure
  const retry = () => { for (const asked of [nodes, lanes, findings]) asked.retry() }
  return (
    <Frame title={t.title} subtitle={t.subtitle}>
      {failure === null ? null : <FailurePanel failure={failure} onRetry={retry} />}
      {nodes.data === undefined || lanes.data === undefined || findings.data === undefined
        ? failure === null ? <Skeleton lines={12} /> : null
        : <Shown nodes={nodes.data} lanes={lanes.data} findings={findings.data} />}
    </Frame>
  )
}

function Shown({ nodes, lanes, findings }: { readonly nodes: readonly ClusterNode[]; readonly lanes: readonly Lane[]; readonly findings: readonly Finding[] }) {
  const t = useClusterTexts()
  return <>
    <Summary nodes={nodes} lanes={lanes} findings={findings} />
    <Panel title={t.nodes}><Nodes nodes={nodes} lanes={lanes} /></Panel>
    {findings.length === 0 ? null : <Panel title={<span id="findings">{t.findings}</span>}><Findings findings={findings} nodes={nodes} /></Panel>}
    <Assignment nodes={nodes} lanes={lanes} />
  </>
}

function Summary({ nodes, lanes, findings }: Parameters<typeof Shown>[0]) {
  const t = useClusterTexts()
  const working = nodes.filter(isWorking).length
  const uncovered = uncoveredOf(lanes)
  const lacking = lanes.filter(({ owners }) => owners.includes(null)).length
  const isBad = findings.some(({ severity }) => severity === 'error')
  return (
    <div className={css['summary']} aria-live="polite">
      <Status tone={working === 0 ? 'bad' : 'good'}>{t.summary.nodes(working)}</Status>
      <Status tone={uncovered === 0 ? 'good' : 'bad'}>{uncovered === 0 ? t.summary.well : t.summary.uncovered(uncovered, lacking)}</Status>
      {findings.length === 0
        ? <Status tone="good">{t.noFindings}</Status>
        : <Status tone={isBad ? 'bad' : 'warn'}><Link to="." hash="findings" search={true}>{t.summary.findings(findings.length)}</Link></Status>}
    </div>
  )
}
