/** Who is there and works. Nodes that are away for days are counted, not listed. */
import { Link } from '@tanstack/react-router'
import type { ClusterNode } from '../../api/cluster.ts'
import { listAddress, objectAddress } from '../../lists/places.ts'
import { SimpleTable } from '../../parts/simple-table.tsx'
import type { Tone } from '../../parts/status.tsx'
import { Status } from '../../parts/status.tsx'
import { Time } from '../../parts/time.tsx'
import { AnswerPanel } from './answer-panel.tsx'
import { Counted } from './counted.tsx'
import css from './dashboard.module.css'
import { badAddresses } from './facts.ts'
import type { Answer } from './questions.ts'
import { useDashboardTexts } from './texts.ts'

export function NodesPanel({ answer }: { readonly answer: Answer<readonly ClusterNode[]> }) {
  const { nodes: t } = useDashboardTexts()
  const list = listAddress('ClusterNode')
  return (
    <AnswerPanel title={t.title} all={t.all} to={list} answer={answer}>
      {nodes => {
        const present = nodes.filter(({ status }) => status !== 'inactive')
        const away = nodes.length - present.length
        const errors = present.filter(({ status, lastError }) => status === 'active' && lastError !== null)
        return <>
          <SimpleTable
            label={t.title} rows={present} rowKey={({ id }) => id}
            columns={[
              { key: 'node', label: t.node, cell: ({ id, hostname }) => <Link to={objectAddress('ClusterNode', id)}>{hostname}</Link> },
              { key: 'status', label: t.status, cell: node => <Status tone={toneOf(node)}>{node.draining ? t.draining : t.states[node.status]}</Status> },
              { key: 'role', label: t.role, cell: ({ role, status }) => role ?? (status === 'active' ? t.everything : null) },
              { key: 'running', label: t.running, align: 'end', cell: ({ id, runningTasks }) => <Counted value={runningTasks} to={objectAddress('ClusterNode', id)} /> },
              { key: 'heard', label: t.heard, align: 'end', cell: ({ lastRenewal }) => <Time at={lastRenewal} relative /> },
            ]}
          />
          {errors.map(({ id, hostname, lastError }) => <p key={id} className={css['note']}><b>{hostname}</b>, {t.error}: {lastError}</p>)}
          {away === 0 ? null : <p><Link to={list}>{t.gone(away)}</Link></p>}
        </>
      }}
    </AnswerPanel>
  )
}

function toneOf(node: ClusterNode): Tone {
  if (node.status !== 'active') return 'bad'
  return node.draining ? 'paused' : badAddresses(node).length > 0 ? 'warn' : 'good'
}
