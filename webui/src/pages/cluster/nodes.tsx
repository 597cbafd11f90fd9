/** The nodes, each with what it does right now; those that are gone for long are behind a button. */
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ClusterNode, Lane } from '../../api/cluster.ts'
import { bucketsOf } from '../../api/cluster.ts'
import { useModel } from '../../api/context.ts'
import { objectAddress } from '../../lists/places.ts'
import { Progress } from '../../parts/amounts.tsx'
import { Button } from '../../parts/button.tsx'
import type { SimpleColumn } from '../../parts/simple-table.tsx'
import { SimpleTable } from '../../parts/simple-table.tsx'
import type { Tone } from '../../parts/status.tsx'
import { Status } from '../../parts/status.tsx'
import { Time } from '../../parts/time.tsx'
import css from './cluster.module.css'
import { DrainButton } from './drain.tsx'
import { OwnerTag } from './owner-tag.tsx'
import { ownersOf } from './owners.ts'
import { useClusterTexts } from './texts.ts'

export function Nodes({ nodes, lanes }: { readonly nodes: readonly ClusterNode[]; readonly lanes: readonly Lane[] }) {
  const t = useClusterTexts()
  const [all, setAll] = useState(false)
  const former = nodes.filter(({ status }) => status === 'inactive')
  const owners = new Map(ownersOf(nodes, lanes).map(owner => [owner.id, owner]))
  const columns: readonly SimpleColumn<ClusterNode>[] = [
    {
      key: 'node', label: t.node,
      cell: node => {
        const owner = owners.get(node.id)
        return (
          <span className={css['nodeName']}>
            {owner === undefined ? null : <OwnerTag owner={owner} />}
            <Link to={`/manage/cluster/nodes/${encodeURIComponent(node.id)}`}>{node.hostname}</Link>
          </span>
        )
      },
    },
    { key: 'status', label: t.status, cell: node => <NodeStatus node={node} /> },
    { key: 'role', label: t.role, cell: node => node.status === 'active' ? <RoleName node={node} /> : null },
    { key: 'duties', label: t.duties, cell: node => node.status === 'active' ? <DutyCount node={node} /> : null },
    { key: 'listeners', label: t.listeners, cell: node => node.status === 'active' ? <ListenerCount node={node} /> : null },
    ...(nodes.some(({ pushShard }) => pushShard !== null) ? [{ key: 'shard', label: t.shard, align: 'end', cell: ({ pushShard }) => pushShard } satisfies SimpleColumn<ClusterNode>] : []),
    { key: 'load', label: t.load, align: 'end', cell: node => node.status === 'active' || bucketsOf(node) > 0 ? bucketsOf(node) : null },
    { key: 'running', label: t.running, align: 'end', cell: node => node.status === 'active' ? <Link to={objectAddress('ClusterNode', node.id)}>{node.runningTasks}</Link> : null },
    { key: 'version', label: t.version, cell: node => node.version },
    { key: 'started', label: t.started, cell: node => node.startedAt === null ? null : <Time at={node.startedAt} relative /> },
    { key: 'drain', label: t.drain, tight: true, unnamed: true, cell: node => <DrainButton node={node} nodes={nodes} lanes={lanes} /> },
  ]
  return <>
    <SimpleTable label={t.nodesLabel} columns={columns} rows={all ? nodes : nodes.filter(({ status }) => status !== 'inactive')} rowKey={({ id }) => id} />
    {former.length === 0 || all ? null : <Button kind="quiet" onClick={() => { setAll(true) }}>{t.former(former.length)}</Button>}
  </>
}

const TONES: Readonly<Record<ClusterNode['status'], Tone>> = { active: 'good', stale: 'warn', inactive: 'idle' }

export function NodeStatus({ node }: { readonly node: ClusterNode }) {
  const t = useClusterTexts()
  if (node.draining && node.status === 'active') return <Draining node={node} />
  return (
    <span className={css['stack']}>
      <Status tone={TONES[node.status]}>{t.statuses[node.status]}</Status>
      {node.status === 'active' ? null : <span className={css['soft']}><Time at={node.lastRenewal} relative /></span>}
    </span>
  )
}

/** How much it has handed over, of what it had when this page first saw it. */
function Draining({ node }: { readonly node: ClusterNode }) {
  const t = useClusterTexts()
  const left = bucketsOf(node)
  const [most, setMost] = useState(left)
  if (left > most) setMost(left)
  return (
    <span className={css['stack']}>
      <Status tone="busy">{t.statuses.draining}</Status>
      {left > 0 ? <>
        <Progress value={most - left} of={most} label={t.drainAsked(node.hostname)} />
        <span className={css['soft']}>{t.drainProgress(left, most)}</span>
      </> : <span className={css['soft']}>{node.runningTasks > 0 ? t.drainLeft(node.runningTasks) : t.drainEnding}</span>}
    </span>
  )
}

export function RoleName({ node }: { readonly node: ClusterNode }) {
  const t = useClusterTexts()
  return node.role === null ? <span className={css['soft']}>{t.noRole}</span> : <Link to={`/settings/roles?role=${encodeURIComponent(node.role)}`}>{node.role}</Link>
}

function DutyCount({ node: { duties } }: { readonly node: ClusterNode }) {
  const t = useClusterTexts()
  const { length: all } = useModel().enum('ClusterTaskType')
  return duties.length === 0 ? t.noDuties : duties.length >= all ? t.allDuties : t.dutyCount(duties.length, all)
}

function ListenerCount({ node: { addresses } }: { readonly node: ClusterNode }) {
  const t = useClusterTexts()
  const down = addresses.filter(({ state }) => state !== 'up' && state !== 'draining').length
  if (addresses.length === 0) return <span className={css['soft']}>{t.noListeners}</span>
  return (
    <span className={css['stack']}>
      {addresses.length > down ? <span>{t.listenersUp(addresses.length - down)}</span> : null}
      {down === 0 ? null : <Status tone="bad">{t.listenersDown(down)}</Status>}
    </span>
  )
}
