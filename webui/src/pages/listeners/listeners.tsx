/** Settings › Network › Listeners: the list; `?listener=` is the editor of one, `?new=` that of a new one. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { ClusterNode } from '../../api/cluster.ts'
import { useMay } from '../../api/context.ts'
import { failureOf } from '../../api/failure.ts'
import type { Row } from '../../api/hooks.ts'
import { useDestroy, useFailure, useRows } from '../../api/hooks.ts'
import { refusalText } from '../../api/refusals.ts'
import { useNodes } from '../../api/use-cluster.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { useToast } from '../../parts/toast.tsx'
import { ListenerEditor, Warning } from './listener-editor.tsx'
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
  const may = useMay()
  const navigate = useNavigate()
  const toast = useToast()
  const destroy = useDestroy('NetworkListener')
  const failure = useFailure(destroy.error)
  const [asking, setAsking] = useState(false)
  const [refused, setRefused] = useState<string | null>(null)
  const name = String(row['name'])
  const running = runningOf(name, nodes)
  const here = isHere(running, location)
  if (!may('NetworkListener', 'Destroy')) return null
  const remove = () => {
    destroy.mutate([row.id], {
      onSuccess: outcomes => {
        setRefused(refusalText(outcomes))
        if (refusalText(outcomes) !== null) return
        toast({ title: t.removed(name) })
        void navigate({ to: '/settings/listeners' })
      },
    })
  }
  return <>
    <Button kind="danger" icon={<Trash2 aria-hidden="true" />} onClick={() => { setRefused(null); setAsking(true) }}>{t.remove}</Button>
    <ConfirmDialog
      open={asking} onClose={() => { setAsking(false) }} onConfirm={remove} danger busy={destroy.isPending} failure={failure}
      title={t.removeTitle(name)} text={t.removeText(new Set(running.map(({ node }) => node.id)).size)} action={t.remove} {...(here ? { word: name } : {})}
    >
      {here ? <Warning>{t.here}</Warning> : null}
      {refused === null ? null : <Warning><span lang="en">{refused}</span></Warning>}
    </ConfirmDialog>
  </>
}
