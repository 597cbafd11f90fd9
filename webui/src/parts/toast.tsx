/** A short note that goes away by itself: `useToast()({ title, text?, kind?, action? })`. Errors stay at their place instead. */
import { Toast as Base } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTexts } from '../texts/language.ts'
import css from './toast.module.css'

export interface Note {
  readonly title: string
  readonly text?: string
  readonly kind?: 'done' | 'warning'
  readonly action?: { readonly label: string; run(this: void): void }
}

const SHOWN_MS = 6_000

export function useToast(): (note: Note) => void {
  const { add } = Base.useToastManager()
  return ({ title, text, kind = 'done', action }) => {
    add({
      title, type: kind, timeout: SHOWN_MS, ...(text === undefined ? {} : { description: text }),
      ...(action === undefined ? {} : { actionProps: { children: action.label, onClick: action.run } }),
    })
  }
}

export function Toasts({ children }: { readonly children: ReactNode }) {
  return (
    <Base.Provider>
      {children}
      <Base.Portal>
        <Base.Viewport className={css['viewport']}><Notes /></Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  )
}

function Notes() {
  const t = useTexts()
  const { toasts } = Base.useToastManager()
  return toasts.map(toast => (
    <Base.Root key={toast.id} toast={toast} className={css['toast']}>
      <Base.Content className={css['content']}>
        <div>
          <Base.Title className={css['title']} />
          <Base.Description className={css['text']} />
        </div>
        <Base.Action className={css['action']} />
        <Base.Close className={css['close']} aria-label={t.action.close}><X aria-hidden="true" /></Base.Close>
      </Base.Content>
    </Base.Root>
  ))
}
