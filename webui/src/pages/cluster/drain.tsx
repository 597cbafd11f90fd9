/** Takes a node out: says first what that does, then shows how far it is. */
import { useState } from 'react'
import type { ClusterNode, Lane } from '../../api/cluster.ts'
import { isWorking } from '../../api/cluster.ts'
import { useMay } from '../../api/context.ts'
import { useFailure, useSave } from '../../api/hooks.ts'
import { Button } from '../../parts/button.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { toast } from '../../parts/toast.tsx'
import { Warning } from '../../parts/warning.tsx'
import css from './cluster.module.css'
import { drainEffects, servesHere } from './drain-effects.ts'
import { useClusterTexts } from './texts.ts'

export function DrainButton({ node, nodes, lanes }: {
  readonly node: ClusterNode
  readonly nodes: readonly ClusterNode[]
  readonly lanes: readonly Lane[]
}) {
  const t = useClusterTexts()
  const may = useMay()
  const save = useSave('ClusterNode')
  const failure = useFailure(save.error)
  const [asking, setAsking] = useState(false)
  if (!isWorking(node) || !may('ClusterNode', 'Update')) return null
  const drain = () => {
    save.mutate({ id: node.id, patch: { draining: true } }, {
      onSuccess: () => {
        setAsking(false)
        toast({ title: t.drainAsked(node.hostname) })
      },
    })
  }
  return <>
    <Button aria-label={`${t.drain}: ${node.hostname}`} onClick={() => { setAsking(true) }}>{t.drain}</Button>
    <ConfirmDialog
      open={asking} onClose={() => { setAsking(false) }} onConfirm={drain} danger busy={save.isPending} failure={failure}
      title={t.drainTitle(node.hostname)} text={t.drainText} action={t.drain}
    >
      <Effects node={node} nodes={nodes} lanes={lanes} />
    </ConfirmDialog>
  </>
}

function Effects({ node, nodes, lanes }: Parameters<typeof DrainButton>[0]) {
  const t = useClusterTexts()
  const { buckets, takers, uncovered, runningTasks, listeners, last } = drainEffects(node, nodes, lanes)
  return <>
    <ul className={css['effects']}>
      {buckets === 0 ? null : <li>{t.drainMoves(buckets, takers.length === 0 ? t.drainNobody : takers.join(', '))}</li>}
      {runningTasks === 0 ? null : <li>{t.drainTasks(runningTasks)}</li>}
      {listeners.length === 0 ? null : <li>{t.drainListeners(listeners.join(', '))}</li>}
    </ul>
    {last ? <Warning>{t.drainLast}</Warning> : <>
      {uncovered.length === 0 ? null : <Warning>{t.drainUncovered(uncovered.join(', '))}</Warning>}
      {servesHere(node, nodes, location) ? <Warning>{t.drainHere}</Warning> : null}
    </>}
  </>
}
