/**
 * Asks before something is done that cannot be taken back. With `word`, it must be typed first. A failure goes with the window that
 * told it: who asks again begins anew.
 */
import type { ReactNode } from 'react'
import { useId, useState } from 'react'
import type { Failure } from '../api/failure.ts'
import { useTexts } from '../texts/language.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { FailurePanel } from './failure-panel.tsx'
import css from './input.module.css'

export function ConfirmDialog({ open, onClose, onConfirm, title, text, action, danger = false, word, busy = false, failure = null, children }: {
  readonly open: boolean
  readonly onClose: () => void
  readonly onConfirm: () => void
  /** Says how many of what: "Delete 14 tasks?" */
  readonly title: string
  readonly text?: ReactNode
  /** What the button says. */
  readonly action: string
  readonly danger?: boolean
  readonly word?: string
  readonly busy?: boolean
  readonly failure?: Failure | null
  readonly children?: ReactNode
}) {
  const t = useTexts()
  const [typed, setTyped] = useState('')
  const [dismissed, setDismissed] = useState<string | null>(null)
  const id = useId()
  if (failure === null && dismissed !== null) setDismissed(null)
  const held = word !== undefined && typed.trim() !== word
  const close = () => {
    // It is under way: to go now would look as if it were not.
    if (busy) return
    setTyped('')
    setDismissed(failure === null ? null : JSON.stringify(failure))
    onClose()
  }
  return (
    <Dialog
      open={open} onClose={close} title={title} text={text}
      actions={<>
        <Button disabled={busy} onClick={close}>{t.action.cancel}</Button>
        <Button kind={danger ? 'danger' : 'main'} disabled={held || busy} busy={busy} onClick={() => { setDismissed(null); onConfirm() }}>{action}</Button>
      </>}
    >
      {children}
      {word === undefined ? null : (
        <label className={css['field']} htmlFor={id}>
          <span>{t.list.typeToConfirm(word)}</span>
          <input id={id} className={css['input']} value={typed} autoComplete="off" onChange={event => { setTyped(event.target.value) }} />
        </label>
      )}
      {failure === null || JSON.stringify(failure) === dismissed ? null : <FailurePanel failure={failure} />}
    </Dialog>
  )
}
