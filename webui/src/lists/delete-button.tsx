/** Deletes the one object that a page shows, after a question in which a refusal is shown; afterwards the list is there. */
import { useNavigate } from '@tanstack/react-router'
import { Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useMay } from '../api/context.ts'
import { useDestroyOne, useFailure } from '../api/hooks.ts'
import { Button } from '../parts/button.tsx'
import { ConfirmDialog } from '../parts/confirm-dialog.tsx'
import { toast } from '../parts/toast.tsx'
import { listAddress } from './places.ts'

export function DeleteButton({ object, id, label, title, text, done, word, children }: {
  readonly object: string
  readonly id: string
  /** Of this button and that of the question. */
  readonly label: string
  /** The question. */
  readonly title: string
  readonly text?: ReactNode
  /** Said when it is gone. */
  readonly done: string
  /** Has to be typed first. */
  readonly word?: string | undefined
  readonly children?: ReactNode
}) {
  const may = useMay()
  const navigate = useNavigate()
  const destroy = useDestroyOne(object)
  const failure = useFailure(destroy.error)
  const [asking, setAsking] = useState(false)
  if (!may(object, 'Destroy')) return null
  const remove = async () => {
    try {
      await destroy.mutateAsync(id)
    } catch {
      return // The question shows it.
    }
    toast({ title: done })
    void navigate({ to: listAddress(object) })
  }
  return <>
    <Button kind="danger" icon={<Trash2 aria-hidden="true" />} onClick={() => { setAsking(true) }}>{label}</Button>
    <ConfirmDialog
      open={asking} onClose={() => { setAsking(false) }} onConfirm={() => { void remove() }} danger busy={destroy.isPending} failure={failure}
      title={title} text={text} action={label} {...(word === undefined ? {} : { word })}
    >{children}</ConfirmDialog>
  </>
}
