/** A word of help on hover and focus; `children` is one element that can have the focus. */
import { Tooltip as Base } from '@base-ui/react/tooltip'
import type { ReactElement, ReactNode } from 'react'
import css from './popup.module.css'

export function Tooltip({ text, children }: { readonly text: ReactNode; readonly children: ReactElement<Record<string, unknown>> }) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} className={css['positioner']}>
          <Base.Popup className={css['tooltip']}>{text}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
