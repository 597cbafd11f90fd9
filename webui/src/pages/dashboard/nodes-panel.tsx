/** Who is there and works. Nodes that are away for days are counted, not listed. */
import { Link } from '@tanstack/react-router'
import { listAddress, objectAddress } from '../../lists/places.ts'
import { PlainTable } from '../../parts/plain-table.tsx'
import type { Tone } from '../../parts/status.tsx'
import { Status } from '../../parts/status.tsx'
import { Time } from '../../parts/time.tsx'
import { AnswerPanel } from './answer-panel.tsx'
import css from './dashboard.module.css'
import type { Node } from './facts.ts'
import { badListeners } from './facts.ts'
import type { Answer } from './questions.ts'
import { useDashboardTexts } from './texts.ts'

export function NodesPanel({ answer }: { readonly answer: Answer<readonly Node[]> }) {
  const { nodes: t } = useDashboardTexts()
  const list = listAddress('ClusterNode')
  return (
    <AnswerPanel title={t.title} all={t.all} to={list} answer={answer}>
      {nodes => {
        const present = nodes.filter(({ status }) => status !== 'inactive')
        const away = nodes.length - present.length
        const errors = present.filter(({ status, lastError }) => status === 'active' && lastError !== null)
        return <>
          <PlainTable
            label={t.title}
            columns={[
              { key: 'node', label: t.node }, { key: 'status', label: t.status }, { key: 'role', label: t.role },
              { key: 'running', label: t.running, align: 'end' }, { key: 'heard', label: t.heard, align: 'end' },
            ]}
            rows={present.map(node => ({
              key: node.id,
              cells: {
                node: <Link to={objectAddress('ClusterNode', node.id)}>{node.hostname}</Link>,
                status: <Status tone={toneOf(node)}>{node.draining ? t.draining : t.states[node.status] ?? node.status}</Status>,
                role: node.role ?? t.everything,
                running: node.runningTasks,
                heard: <Time at={node.lastRenewal} relative />,
              },
            }))}
          />
          {errors.map(({ id, hostname, lastError }) => <p key={id} className={css['note']}><b>{hostname}</b>, {t.error}: {lastError}</p>)}
          {away === 0 ? null : <p><Link to={list}>{t.gone(away)}</Link></p>}
        </>
      }}
    </AnswerPanel>
  )
}

function toneOf(node: Node): Tone {
  if (node.status !== 'active') return 'bad'
  return node.draining ? 'paused' : badListeners(node).length > 0 ? 'warn' : 'good'
}
