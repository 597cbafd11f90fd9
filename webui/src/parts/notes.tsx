/** Where notes are seen: in a corner, read out when they come, away by themselves unless the pointer or the focus is on them. */
import { Toast as Base } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import { useEffect } from 'react'
import { useTexts } from '../texts/language.ts'
import type { Note } from './note.ts'
import css from './toast.module.css'

const SHOWN_MS = 6_000
const manager = Base.createToastManager()

/** `onTaken`: those that were waiting are shown from here on. */
export function Notes({ waiting, onTaken }: { readonly open: boolean; readonly waiting: readonly Note[]; readonly onTaken: (notes: readonly Note[]) => void }) {
  const t = useTexts()
  useEffect(() => {
    if (waiting.length === 0) return
    // The effects of what stands inside have come first: by now the manager has somebody who listens.
    for (const note of waiting) show(note)
    onTaken(waiting)
  }, [waiting, onTaken])
  return (
    <Base.Provider toastManager={manager}>
      <Base.Portal>
        <Base.Viewport className={css['viewport']} aria-label={t.shell.notes}><Shown /></Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  )
}

function show({ title, text, kind = 'done', action }: Note): void {
  manager.add({
    title, type: kind, timeout: SHOWN_MS, ...(text === undefined ? {} : { description: text }),
    ...(action === undefined ? {} : { actionProps: { children: action.label, onClick: action.run } }),
  })
}

function Shown() {
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
