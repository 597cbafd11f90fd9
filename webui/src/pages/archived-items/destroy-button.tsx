/** Deletes archived items for good. */
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Failure } from '../../api/failure.ts'
import { failureOf } from '../../api/failure.ts'
import { useDestroy } from '../../api/hooks.ts'
import { Button } from '../../parts/button.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { useToast } from '../../parts/toast.tsx'
import { useTexts } from '../../texts/language.ts'
import { useArchivedTexts } from './texts.ts'

export function DestroyButton({ ids, onDone }: { readonly ids: readonly string[]; readonly onDone: () => void }) {
  const t = useTexts()
  const { destroy: own, some, restore } = useArchivedTexts()
  const toast = useToast()
  const destroy = useDestroy('ArchivedItem')
  const [open, setOpen] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const remove = () => {
    setFailure(null)
    destroy.mutate(ids, {
      onSuccess: outcomes => {
        const refused = outcomes.filter(outcome => outcome.kind === 'refused')
        const [first] = refused
        if (first !== undefined && refused.length === outcomes.length) {
          setFailure({ kind: 'refused', error: first.error })
          return
        }
        const done = own.done(outcomes.length - refused.length)
        toast(first === undefined ? { title: done } : { title: some(done, restore.refused(refused.length)), kind: 'warning', text: first.error.description ?? '' })
        setOpen(false)
        onDone()
      },
      onError: error => { setFailure(failureOf(error)) },
    })
  }
  return <>
    <Button kind="danger" icon={<Trash2 aria-hidden="true" />} onClick={() => { setOpen(true) }}>{ids.length === 1 ? t.action.destroy : own.selected(ids.length)}</Button>
    <ConfirmDialog
      open={open} onClose={() => { setOpen(false) }} onConfirm={remove} danger busy={destroy.isPending} failure={failure}
      title={own.title(ids.length)} text={own.text} action={t.action.destroy}
    />
  </>
}
