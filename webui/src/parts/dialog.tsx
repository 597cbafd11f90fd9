/**
 * A window over the page: it takes the focus and gives it back, to the page when what opened it has gone with what was done.
 * `actions` are Buttons, the main one last.
 */
import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'
import { useEffect } from 'react'
import { browserClock } from '../api/browser.ts'
import { useTexts } from '../texts/language.ts'
import css from './dialog.module.css'
import { X } from 'lucide-react'

/** Where pages stand, in the frame of the console. */
const CONTENT = 'content'
/** By then the focus was given back. */
const GIVEN_BACK_MS = 100

export function Dialog({ open, onClose, title, text, wide = false, actions, children }: {
  readonly open: boolean
  /** Left out: it cannot be closed without a choice. */
  readonly onClose?: () => void
  readonly title: string
  readonly text?: ReactNode
  readonly wide?: boolean
  readonly actions?: ReactNode
  readonly children?: ReactNode
}) {
  const t = useTexts()
  useEffect(() => open ? focusPage : undefined, [open])
  return (
    <Base.Root open={open} onOpenChange={now => { if (!now) onClose?.() }} disablePointerDismissal={onClose === undefined}>
      <Base.Portal>
        <Base.Backdrop className={css['backdrop']} />
        <Base.Popup className={`${css['popup']} ${wide ? css['wide'] : ''}`}>
          <Base.Title className={css['title']}>{title}</Base.Title>
          {text === undefined ? null : <Base.Description className={css['text']} render={<div />}>{text}</Base.Description>}
          {children}
          {actions === undefined ? null : <footer className={css['actions']}>{actions}</footer>}
          {/* The last one, so that the focus goes to what the dialog is about. */}
          {onClose === undefined ? null : <Base.Close className={css['close']} aria-label={t.action.close}><X aria-hidden="true" /></Base.Close>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

/** Who goes on with keys begins at the page, not at the top of the window. */
function focusPage(): void {
  browserClock.after(GIVEN_BACK_MS, () => {
    if (document.activeElement === document.body) document.getElementById(CONTENT)?.focus({ preventScroll: true })
  })
}
