/** Keys that work on every page, and the help that `?` shows. Keys without Ctrl are left alone while somebody types. */
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useEffectEvent, useState } from 'react'
import { browserClock } from '../api/browser.ts'
import { Dialog } from '../parts/dialog.tsx'
import { useTexts } from '../texts/language.ts'
import { Palette } from './palette.tsx'
import css from './shortcuts.module.css'

/** After `g`, within this time. */
const SEQUENCE_MS = 1_500
const PLACES: Readonly<Record<string, string>> = { d: '/', t: '/manage/tasks', f: '/manage/tasks/failed', c: '/manage/cluster' }


/** `open` and `onOpen`: the palette also has a button in the header. */
export function Shortcuts({ open, onOpen }: { readonly open: 'palette' | 'help' | null; readonly onOpen: (next: 'palette' | 'help' | null) => void }) {
  const navigate = useNavigate()
  const [goneAtMs, setGoneAtMs] = useState(-SEQUENCE_MS)
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const { key } = event
    if (key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) onOpen(open === 'palette' ? null : 'palette')
    else if (event.ctrlKey || event.metaKey || event.altKey || open !== null || isTyping(event.target)) return
    else if (key === '?') onOpen('help')
    else if (key === 'g') setGoneAtMs(browserClock.monotonicMs())
    else if (key === '/') {
      const filter = document.querySelector<HTMLElement>('[data-filter-add]')
      if (filter === null) return
      filter.focus()
    } else if (browserClock.monotonicMs() - goneAtMs < SEQUENCE_MS && PLACES[key] !== undefined) void navigate({ to: PLACES[key] })
    else return
    event.preventDefault()
  })
  useEffect(() => {
    addEventListener('keydown', onKey)
    return () => { removeEventListener('keydown', onKey) }
  }, [])
  const close = () => { onOpen(null) }
  return (
    <>
      <Palette open={open === 'palette'} onClose={close} />
      <Help open={open === 'help'} onClose={close} />
    </>
  )
}

function Help({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const t = useTexts()
  const k = t.keyboard
  const keys: readonly (readonly [readonly string[], string])[] = [
    [[k.ctrl, 'K'], k.palette], [['?'], k.help], [['g', 'd'], k.goDashboard], [['g', 't'], k.goTasks], [['g', 'f'], k.goFailed], [['g', 'c'], k.goCluster],
    [['/'], k.filter], [['↑', '↓'], k.move], [['Enter'], k.open], [[k.space], k.select], [[k.ctrl, 'A'], k.selectAll], [[k.ctrl, 'S'], k.save],
  ]
  return (
    <Dialog open={open} onClose={onClose} title={k.title} wide>
      <dl className={css['keys']}>
        {keys.map(([pressed, what]) => (
          <div key={what}>
            <dt>{pressed.map(key => <kbd key={key}>{key}</kbd>)}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]') !== null
}
