/** Settings › Network › Listeners: the list; `?listener=` is the editor of one, `?new=` that of a new one. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ClusterNode } from '../../api/cluster.ts'
import { useMay } from '../../api/context.ts'
import { failureOf } from '../../api/failure.ts'
import type { Row } from '../../api/hooks.ts'
import { useRows } from '../../api/hooks.ts'
import { useNodes } from '../../api/use-cluster.ts'
import { DeleteButton } from '../../lists/delete-button.tsx'
import { ButtonLink } from '../../parts/button.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { Warning } from '../../parts/warning.tsx'
import { ListenerEditor } from './listener-editor.tsx'
import { CreateLink, listenerAddress, ListenerList } from './listener-list.tsx'
import { isHere, runningOf } from './running.ts'
import { useListenerTexts } from './texts.ts'

const LISTENERS_MAX = 500

export function Page() {
  const t = useListenerTexts()
  const may = useMay()
  const navigate = useNavigate()
  const { listener, new: made }: { readonly listener?: string; readonly new?: string } = useSearch({ strict: false })
  const listeners = useRows('NetworkListener', { limit: LISTENERS_MAX })
  const nodes = useNodes()
  const failure = listeners.error === null ? nodes.failure : failureOf(listeners.error)
  if (listeners.data === undefined || nodes.data === undefined) {
    return (
      <Frame title={t.title} subtitle={t.subtitle}>
        {failure === null ? <Skeleton lines={8} /> : <FailurePanel failure={failure} onRetry={() => { void listeners.refetch(); nodes.retry() }} />}
      </Frame>
    )
  }
  const all = <ButtonLink kind="quiet" to="/settings/listeners">{t.back}</ButtonLink>
  if (made !== undefined) {
    return (
      <Frame title={t.newTitle} subtitle={t.newSubtitle} actions={all}>
        <ListenerEditor stored={null} nodes={nodes.data} onSaved={name => { void navigate({ to: listenerAddress(name), replace: true }) }} />
      </Frame>
    )
  }
  if (listener !== undefined) {
    const row = listeners.data.find(each => each['name'] === listener) ?? null
    return (
      <Frame title={t.edit(listener)} subtitle={t.editSubtitle} actions={<>{all}{row === null ? null : <DeleteListener row={row} nodes={nodes.data} />}</>}>
        {row === null ? <FailurePanel failure={{ kind: 'notFound', detail: t.gone }} /> : <ListenerEditor key={row.id} stored={row} nodes={nodes.data} onSaved={() => undefined} />}
      </Frame>
    )
  }
  return (
    <Frame title={t.title} subtitle={t.subtitle} actions={may('NetworkListener', 'Create') ? <CreateLink /> : null}>
      {failure === null ? null : <FailurePanel failure={failure} />}
      <ListenerList listeners={listeners.data.toSorted((left, right) => String(left['name']) < String(right['name']) ? -1 : 1)} nodes={nodes.data} />
    </Frame>
  )
}

function DeleteListener({ row, nodes }: { readonly row: Row; readonly nodes: readonly ClusterNode[] }) {
  const t = useListenerTexts()
  const name = String(row['name'])
  const running = runningOf(name, nodes)
  const here = isHere(running, location)
  return (
    <DeleteButton
      object="NetworkListener" id={row.id} label={t.remove} title={t.removeTitle(name)} done={t.removed(name)}
      text={t.removeText(new Set(running.map(({ node }) => node.id)).size)} word={here ? name : undefined}
    >{here ? <Warning>{t.here}</Warning> : null}</DeleteButton>
  )
}
