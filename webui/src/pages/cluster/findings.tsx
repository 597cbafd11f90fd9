/** What is wrong with the cluster, each with what to do about it and a way there. */
import { Link } from '@tanstack/react-router'
import type { ClusterNode, Finding } from '../../api/cluster.ts'
import { useMay } from '../../api/context.ts'
import { Status } from '../../parts/status.tsx'
import css from './cluster.module.css'
import { useClusterTexts } from './texts.ts'

export function Findings({ findings, nodes }: { readonly findings: readonly Finding[]; readonly nodes: readonly ClusterNode[] }) {
  const t = useClusterTexts()
  return (
    <ul className={css['findings']}>
      {findings.map(finding => (
        <li key={finding.id} className={css['finding']}>
          <Status tone={finding.severity === 'error' ? 'bad' : 'warn'}>{t.kinds[finding.kind] ?? t.severity[finding.severity]}</Status>
          <div lang="en">
            <p>{finding.text}</p>
            <p className={css['advice']}>{finding.advice}</p>
          </div>
          <div className={css['links']}><Ways finding={finding} nodes={nodes} /></div>
        </li>
      ))}
    </ul>
  )
}

const OF_ROLES = new Set(['laneWithoutNode', 'criticalLaneWithOneNode', 'unknownRole'])
const OF_LANES = new Set(['laneWithoutNode', 'criticalLaneWithOneNode', 'shardWithoutNode', 'unequalShards', 'spamTrainingSpread'])

function Ways({ finding: { kind, subject }, nodes }: { readonly finding: Finding; readonly nodes: readonly ClusterNode[] }) {
  const t = useClusterTexts()
  const may = useMay()
  const node = nodes.find(({ id }) => id === subject)
  const missing = kind === 'unknownRole' && may('ClusterRole', 'Create') ? node?.role ?? null : null
  return <>
    {missing === null ? null : <Link to={`/settings/roles?new=${encodeURIComponent(missing)}`}>{t.makeRole(missing)}</Link>}
    {OF_ROLES.has(kind) && missing === null && may('ClusterRole', 'Query') ? <Link to="/settings/roles">{t.toRoles}</Link> : null}
    {OF_LANES.has(kind) ? <Link to={`/manage/tasks?f.lane=${encodeURIComponent(subject.replace(/-\d+$/, ''))}`}>{t.tasksOfLane}</Link> : null}
    {node === undefined ? null : <Link to={`/manage/cluster/nodes/${encodeURIComponent(node.id)}`}>{t.toNode}</Link>}
  </>
}
