/** Deletes archived items for good. */
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useDestroy } from '../../api/hooks.ts'
import { Button } from '../../parts/button.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { useTexts } from '../../texts/language.ts'
import { useArchivedTexts } from './texts.ts'
import { useOutcomes } from './use-outcomes.ts'

export function DestroyButton({ ids, onDone }: { readonly ids: readonly string[]; readonly onDone: () => void }) {
  const t = useTexts()
  const { destroy: own } = useArchivedTexts()
  const destroy = useDestroy('ArchivedItem')
  const [open, setOpen] = useState(false)
  const { failure, clear, onSuccess, onError } = useOutcomes(own.done, () => {
    setOpen(false)
    onDone()
  })
  const remove = () => {
    clear()
    destroy.mutate(ids, { onSuccess, onError })
  }
  return <>
    <Button kind="danger" icon={<Trash2 aria-hidden="true" />} onClick={() => { setOpen(true) }}>{ids.length === 1 ? t.action.destroy : own.selected(ids.length)}</Button>
    <ConfirmDialog
      open={open} onClose={() => { setOpen(false) }} onConfirm={remove} danger busy={destroy.isPending} failure={failure}
      title={own.title(ids.length)} text={own.text} action={t.action.destroy}
    />
  </>
}
