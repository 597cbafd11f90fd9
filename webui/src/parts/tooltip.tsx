/**
 * A word of help on hover and focus; `children` is one element that can have the focus. It stays while the pointer is on it,
 * and goes with Escape (WCAG 2.2 §1.4.13).
 */
import type { FocusEvent, PointerEvent, ReactElement, ReactNode } from 'react'
import { cloneElement, useEffect, useState } from 'react'
import { browserClock } from '../api/browser.ts'
import { overPage } from './over-page.tsx'

/** The pointer passes over much that nobody asks about. */
const OPEN_AFTER_MS = 400
/** From the element to its tooltip. */
const CLOSE_AFTER_MS = 100

const Popup = overPage(async () => (await import('./tooltip-popup.tsx')).TooltipPopup)

export function Tooltip({ text, children }: { readonly text: ReactNode; readonly children: ReactElement<Record<string, unknown>> }) {
  const [about, setAbout] = useState<Element | null>(null)
  const [open, setOpen] = useState(false)
  /** What the pointer brings about, unless it thinks better of it. */
  const [plan, setPlan] = useState<{ readonly open: boolean; readonly afterMs: number } | null>(null)
  useEffect(() => plan === null ? undefined : browserClock.after(plan.afterMs, () => { setOpen(plan.open) }), [plan])
  const close = () => {
    setPlan(null)
    setOpen(false)
  }
  const onPointerLeave = () => { setPlan({ open: false, afterMs: CLOSE_AFTER_MS }) }
  const own = {
    onPointerEnter: ({ currentTarget, pointerType }: PointerEvent) => {
      if (pointerType === 'touch') return
      setAbout(currentTarget)
      setPlan({ open: true, afterMs: OPEN_AFTER_MS })
    },
    onPointerLeave,
    onPointerDown: close,
    onFocus: ({ currentTarget }: FocusEvent) => {
      if (!currentTarget.matches(':focus-visible')) return
      setAbout(currentTarget)
      setOpen(true)
    },
    onBlur: close,
  }
  return <>
    {cloneElement(children, own)}
    <Popup open={open} onClose={close} about={about} onPointerEnter={() => { setPlan(null) }} onPointerLeave={onPointerLeave}>{text}</Popup>
  </>
}
