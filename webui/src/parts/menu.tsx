/** A button that opens a menu of actions. */
import type { KeyboardEvent, MouseEvent, ReactElement, ReactNode } from 'react'
import { cloneElement, useId, useState } from 'react'
import { overPage } from './over-page.tsx'

export interface MenuAction {
  readonly label: string
  readonly icon?: ReactNode
  readonly danger?: boolean
  readonly disabled?: boolean
  run(this: void): void
}
/** Changes nothing but itself: the menu stays open. */
export interface MenuCheck {
  readonly key: string
  readonly label: string
  readonly checked: boolean
  readonly disabled: boolean
  change(this: void, to: boolean): void
}
export interface MenuChoice {
  readonly label: string
  readonly value: string
  readonly options: readonly { readonly value: string; readonly label: string }[]
  choose(this: void, value: string): void
}

export interface MenuContent {
  readonly actions: readonly MenuAction[]
  readonly choices?: readonly MenuChoice[]
  readonly checks?: readonly MenuCheck[]
  readonly head?: ReactNode
}

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
