/** What may be done with the chosen rows of a list: what the schema offers for many at once, and deleting them. */
import { Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import type { SetOutcome } from '../../../src/jmap-client/client.ts'
import { useMay, useModel } from '../api/context.ts'
import { useDestroy, useFailure, useUpdateMany } from '../api/hooks.ts'
import { Button } from '../parts/button.tsx'
import { ConfirmDialog } from '../parts/confirm-dialog.tsx'
import { FailurePanel } from '../parts/failure-panel.tsx'
import { toast } from '../parts/toast.tsx'
import { useTexts } from '../texts/language.ts'

export function MassActions({ object, ids, onDone, destroyText }: {
  readonly object: string
  readonly ids: ReadonlySet<string>
  /** `left`: those that were refused. */
  readonly onDone: (left: ReadonlySet<string>) => void
  readonly destroyText?: ReactNode
}) {
  const t = useTexts()
  const may = useMay()
  const list = useModel().list(object)
  const [asking, setAsking] = useState(false)
  const destroy = useDestroy(object)
  const update = useUpdateMany(object)
  const destroyFailure = useFailure(destroy.error)
  const updateFailure = useFailure(update.error)
  const actions = may(object, 'Update') ? (list?.massActions ?? []).flatMap(each => each.type === 'setProperty' ? [each] : []) : []
  const tell = (outcomes: readonly SetOutcome[], done: (count: number) => string) => {
    const refused = outcomes.filter(outcome => outcome.kind === 'refused')
    const [first] = refused
    onDone(new Set(refused.map(({ id }) => id)))
    if (first === undefined) toast({ title: done(outcomes.length) })
    else {
      toast({
        title: `${done(outcomes.length - refused.length)}, ${t.list.refusedSome(refused.length)}`, kind: 'warning', text: first.error.description ?? first.error.type,
      })
    }
  }
  return (
    <>
      {actions.map(({ label, properties }) => (
        <Button
          key={label} busy={update.isPending} disabled={update.isPending}
          onClick={() => { update.mutate({ ids: [...ids], patch: properties }, { onSuccess: outcomes => { tell(outcomes, t.list.changed) } }) }}
        >{label}</Button>
      ))}
      {may(object, 'Destroy') ? <Button kind="danger" icon={<Trash2 aria-hidden="true" />} onClick={() => { setAsking(true) }}>{t.action.destroy}</Button> : null}
      {updateFailure === null ? null : <FailurePanel failure={updateFailure} />}
      <ConfirmDialog
        open={asking} onClose={() => { setAsking(false) }} danger busy={destroy.isPending} failure={destroyFailure}
        title={t.list.destroyTitle(ids.size, list?.singularName ?? object, list?.pluralName ?? object)} text={destroyText ?? t.list.destroyText} action={t.action.destroy}
        onConfirm={() => {
          destroy.mutate([...ids], {
            onSuccess: outcomes => {
              setAsking(false)
              tell(outcomes, t.list.destroyed)
            },
          })
        }}
      />
    </>
  )
}

/** Whether there is anything to do with several rows at once. */
export function useHasMassActions(object: string): boolean {
  const may = useMay()
  const list = useModel().list(object)
  return may(object, 'Destroy') || (may(object, 'Update') && (list?.massActions?.length ?? 0) > 0)
}
