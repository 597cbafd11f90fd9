/** What a tooltip shows, beside what it is about. */
import { Tooltip as Base } from '@base-ui/react/tooltip'
import type { ReactNode } from 'react'
import { landmarkOf } from './landmark.ts'
import css from './popup.module.css'

export function TooltipPopup({ open, onClose, about, onPointerEnter, onPointerLeave, children }: {
  readonly open: boolean
  readonly onClose: () => void
  readonly about: Element | null
  readonly onPointerEnter: () => void
  readonly onPointerLeave: () => void
  readonly children: ReactNode
}) {
  return (
    <Base.Root open={open} onOpenChange={to => { if (!to) onClose() }}>
      <Base.Portal container={landmarkOf(about)} className={css['portal']}>
        <Base.Positioner anchor={about} sideOffset={6} className={css['positioner']}>
          <Base.Popup className={css['tooltip']} onPointerEnter={onPointerEnter} onPointerLeave={onPointerLeave}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
