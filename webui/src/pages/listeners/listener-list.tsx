/** All listeners, with where each runs. */
import { Link } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import type { ClusterNode } from '../../api/cluster.ts'
import { membersOf } from '../../api/cluster.ts'
import { useMay } from '../../api/context.ts'
import type { Row } from '../../api/hooks.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { Panel } from '../../parts/page.tsx'
import { SimpleTable } from '../../parts/simple-table.tsx'
import { EmptyState } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import css from './listeners.module.css'
import { runningOf, tallyOf } from './running.ts'
import { useListenerTexts } from './texts.ts'

export function listenerAddress(name: string): string {
  return `/settings/listeners?listener=${encodeURIComponent(name)}`
}

export function ListenerList({ listeners, nodes }: { readonly listeners: readonly Row[]; readonly nodes: readonly ClusterNode[] }) {
  const t = useListenerTexts()
  const may = useMay()
  return (
    <Panel>
      {listeners.length === 0
        ? <EmptyState title={t.empty} next={t.emptyNext} action={may('NetworkListener', 'Create') ? <CreateLink /> : null} />
        : (
          <SimpleTable
            label={t.title} rows={listeners} rowKey={row => row.id}
            columns={[
              { key: 'name', label: t.name, cell: row => <Link to={listenerAddress(String(row['name']))}><b>{String(row['name'])}</b></Link> },
              { key: 'protocol', label: t.protocol, cell: row => String(row['protocol']).toUpperCase() },
              { key: 'bind', label: t.bind, cell: row => <span className={css['stack']}>{membersOf(row['bind']).map(bind => <code key={bind}>{bind}</code>)}</span> },
              { key: 'tls', label: t.tls, cell: row => <Tls row={row} /> },
              { key: 'state', label: t.state, cell: row => <Where name={String(row['name'])} nodes={nodes} /> },
            ]}
          />
        )}
    </Panel>
  )
}

export function CreateLink() {
  const t = useListenerTexts()
  return <ButtonLink kind="main" icon={<Plus aria-hidden="true" />} to="/settings/listeners?new=">{t.create}</ButtonLink>
}

function Tls({ row }: { readonly row: Row }) {
  const t = useListenerTexts()
  const proxies = membersOf(row['overrideProxyTrustedNetworks']).length
  const tls = row['useTls'] === false ? t.tlsOff : row['tlsImplicit'] === true ? t.tlsImplicit : row['protocol'] === 'http' ? t.tlsOffered : t.tlsStart
  return <span className={css['stack']}><span>{tls}</span>{proxies === 0 ? null : <span className={css['soft']}>{t.proxies(proxies)}</span>}</span>
}

function Where({ name, nodes }: { readonly name: string; readonly nodes: readonly ClusterNode[] }) {
  const t = useListenerTexts()
  const running = runningOf(name, nodes)
  const { up, down, unsupported } = tallyOf(running)
  if (running.length === 0) return <Status tone="idle">{t.nowhere}</Status>
  if (unsupported) return <Status tone="warn">{t.unsupported}</Status>
  return (
    <span className={css['stack']}>
      {up.length === 0 ? null : <Status tone="good">{t.upOn(up.length)}</Status>}
      {down.length === 0 ? null : <>
        <Status tone="bad">{t.failedOn(down.map(({ node }) => node).join(', '))}</Status>
        <span className={css['soft']} lang="en">{down[0]?.why}</span>
      </>}
    </span>
  )
}
