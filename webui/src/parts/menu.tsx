/** A button that opens a menu of actions. */
import type { KeyboardEvent, MouseEvent, ReactElement } from 'react'
import { cloneElement, useId, useState } from 'react'
import type { MenuContent } from './menu-content.ts'
import { overPage } from './over-page.tsx'

const Popup = overPage(async () => (await import('./menu-popup.tsx')).MenuPopup)

/** `trigger` is a Button. The menu stands in the same landmark of the page, so that it is found where it was opened. */
export function Menu({ trigger, ...content }: MenuContent & { readonly trigger: ReactElement<Record<string, unknown>> }) {
  const id = useId()
  const [button, setButton] = useState<HTMLElement | null>(null)
  const [open, setOpen] = useState<'byPointer' | 'byKey' | null>(null)
  const own = {
    id, 'aria-haspopup': 'menu', 'aria-expanded': open !== null,
    onClick: ({ currentTarget, detail }: MouseEvent<HTMLElement>) => {
      setButton(currentTarget)
      // Enter and the space bar are clicks without a pointer.
      setOpen(detail === 0 ? 'byKey' : 'byPointer')
    },
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
      if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
      event.preventDefault()
      setButton(event.currentTarget)
      setOpen('byKey')
    },
  }
  return <>
    {cloneElement(trigger, own)}
    <Popup {...content} open={open !== null} byKey={open === 'byKey'} onClose={() => { setOpen(null) }} button={button} labelledBy={id} />
  </>
}
