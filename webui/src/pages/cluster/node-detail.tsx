/** One node: the process, the addresses that it serves, its duties, and its share of each lane. */
import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { ClusterNode, Finding, Lane, NodeAddress } from '../../api/cluster.ts'
import { useMay } from '../../api/context.ts'
import { useFindings, useLanes, useNodes } from '../../api/use-cluster.ts'
import { Count, Duration } from '../../parts/amounts.tsx'
import { ButtonLink } from '../../parts/button.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Page as Frame, Panel } from '../../parts/page.tsx'
import { SimpleTable } from '../../parts/simple-table.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { Badge } from '../../parts/status.tsx'
import { Time } from '../../parts/time.tsx'
import { useDutyTexts } from '../../texts/duties.ts'
import { AddressState } from '../../parts/address-state.tsx'
import css from './cluster.module.css'
import { DrainButton } from './drain.tsx'
import { Findings } from './findings.tsx'
import { NodeStatus, RoleName } from './nodes.tsx'
import { RunningHere } from './running-here.tsx'
import { useClusterTexts } from './texts.ts'

export function Page() {
  const { id = '' } = useParams({ strict: false })
  const t = useClusterTexts()
  const [nodes, lanes, findings] = [useNodes(), useLanes(), useFindings()]
  const node = nodes.data?.find(each => each.id === id)
  const failure = nodes.failure ?? lanes.failure
  return (
    <Frame
      title={node?.hostname ?? id} subtitle={node === undefined ? undefined : t.statusHelp[node.draining && node.status === 'active' ? 'draining' : node.status]}
      actions={<>
        <ButtonLink kind="quiet" to="/manage/cluster">{t.detail.back}</ButtonLink>
        {node === undefined ? null : <DrainButton node={node} nodes={nodes.data ?? []} lanes={lanes.data ?? []} />}
      </>}
    >
      {failure === null ? null : <FailurePanel failure={failure} onRetry={nodes.retry} />}
      {nodes.data === undefined ? failure === null ? <Skeleton lines={8} /> : null
        : node === undefined ? <FailurePanel failure={{ kind: 'notFound', detail: t.detail.notThere }} />
        : <Shown node={node} nodes={nodes.data} lanes={lanes.data ?? []} findings={(findings.data ?? []).filter(({ subject }) => subject === id)} />}
    </Frame>
  )
}

function Shown({ node, nodes, lanes, findings }: {
  readonly node: ClusterNode
  readonly nodes: readonly ClusterNode[]
  readonly lanes: readonly Lane[]
  readonly findings: readonly Finding[]
}) {
  const t = useClusterTexts()
  const may = useMay()
  return <>
    {findings.length === 0 ? null : <Panel title={t.detail.findings}><Findings findings={findings} nodes={nodes} /></Panel>}
    <Panel title={t.detail.about}><Facts node={node} /></Panel>
    <div className={css['columns']}>
      <Panel title={t.detail.addresses}>
        {node.addresses.length === 0 ? <p className={css['soft']}>{node.status === 'active' ? t.detail.noAddresses : t.detail.gone}</p> : <Addresses addresses={node.addresses} />}
      </Panel>
      <Panel title={t.detail.work}><Work node={node} lanes={lanes} /></Panel>
    </div>
    {may('Task', 'Query') && node.status === 'active' ? <Panel title={t.detail.runsHere}><RunningHere hostname={node.hostname} /></Panel> : null}
  </>
}

function Facts({ node }: { readonly node: ClusterNode }) {
  const t = useClusterTexts()
  const { clockOffset, startedAt, version, pushShard, lastError } = node
  return (
    <dl className={css['facts']}>
      <Fact label={t.status}><NodeStatus node={node} /></Fact>
      <Fact label={t.role}><RoleName node={node} /></Fact>
      <Fact label={t.lastSeen}><Time at={node.lastRenewal} relative /></Fact>
      <Fact label={t.started}>{startedAt === null ? NOTHING : <Time at={startedAt} />}</Fact>
      <Fact label={t.version}>{version ?? NOTHING}</Fact>
      <Fact label={t.shard}>{pushShard ?? NOTHING}</Fact>
      <Fact label={t.running}>{t.runningNow(node.runningTasks)}</Fact>
      <Fact label={t.clock}>{clockOffset === null ? NOTHING : <Duration ms={clockOffset} />}</Fact>
      <Fact label={t.detail.runs}><Link to={`/manage/tasks/history?f.node=${encodeURIComponent(node.id)}`}>{t.detail.runsNext}</Link></Fact>
      <Fact label={t.lastError}>{lastError === null ? NOTHING : <span className={css['bad']} lang="en">{lastError}</span>}</Fact>
    </dl>
  )
}

const NOTHING = '–'

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return <div><dt>{label}</dt><dd>{children}</dd></div>
}

function Addresses({ addresses }: { readonly addresses: readonly NodeAddress[] }) {
  const t = useClusterTexts()
  return (
    <SimpleTable
      label={t.detail.addresses} rows={addresses} rowKey={({ listener, address }) => `${listener} ${address}`}
      columns={[
        { key: 'listener', label: t.detail.listener, cell: ({ listener }) => <Link to={`/settings/listeners?listener=${encodeURIComponent(listener)}`}>{listener}</Link> },
        { key: 'address', label: t.detail.address, cell: ({ address, protocol }) => <><code>{address}</code> <span className={css['soft']}>{protocol}</span></> },
        { key: 'state', label: t.detail.state, cell: address => <AddressState address={address} /> },
        { key: 'connections', label: t.detail.connections, align: 'end', cell: ({ connections }) => <Count value={connections} /> },
      ]}
    />
  )
}

function Work({ node, lanes }: { readonly node: ClusterNode; readonly lanes: readonly Lane[] }) {
  const t = useClusterTexts()
  const duties = useDutyTexts()
  const own = lanes.filter(({ name }) => (node.owned.get(name) ?? 0) > 0)
  return <>
    <p className={css['duties']}>{node.duties.map(duty => <Badge key={duty}>{duties[duty]?.name ?? duty}</Badge>)}</p>
    {own.length === 0 ? <p className={css['soft']}>{t.detail.noLanes}</p> : (
      <SimpleTable
        label={t.detail.lanes} rows={own} rowKey={({ name }) => name}
        columns={[
          { key: 'lane', label: t.lane, cell: ({ name }) => <Link to={`/manage/tasks?f.lane=${encodeURIComponent(name)}`}>{name}</Link> },
          { key: 'share', label: t.detail.share, align: 'end', cell: ({ name, owners }) => t.detail.shareOf(node.owned.get(name) ?? 0, owners.length) },
        ]}
      />
    )}
  </>
}
