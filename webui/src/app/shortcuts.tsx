/** Keys that work on every page, and the help that `?` shows. Keys without Ctrl are left alone while somebody types. */
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useEffectEvent, useState } from 'react'
import { browserClock } from '../api/browser.ts'
import { overPage } from '../parts/over-page.tsx'

/** After `g`, within this time. */
const SEQUENCE_MS = 1_500
const PLACES: Readonly<Record<string, string>> = { d: '/', t: '/manage/tasks', f: '/manage/tasks/failed', c: '/manage/cluster' }
const Palette = overPage(async () => (await import('./palette.tsx')).Palette)
const Help = overPage(async () => (await import('./help.tsx')).Help)

/** `open` and `onOpen`: the palette also has a button in the header. */
export function Shortcuts({ open, onOpen }: { readonly open: 'palette' | 'help' | null; readonly onOpen: (next: 'palette' | 'help' | null) => void }) {
  const navigate = useNavigate()
  const [goneAtMs, setGoneAtMs] = useState(-SEQUENCE_MS)
  /** In the palette, also before it is there. */
  const [typed, setTyped] = useState('')
  const close = () => {
    setTyped('')
    onOpen(null)
  }
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const { key } = event
    const withModifier = event.ctrlKey || event.metaKey || event.altKey
    if (key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) {
      if (open === 'palette') close()
      else onOpen('palette')
    } else if (open === 'palette' && key.length === 1 && !withModifier && !isInDialog(event.target)) setTyped(before => before + key)
    else if (withModifier || open !== null || isTyping(event.target)) return
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
  return (
    <>
      <Palette open={open === 'palette'} onClose={close} typed={typed} onType={setTyped} />
      <Help open={open === 'help'} onClose={close} />
    </>
  )
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]') !== null
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('[role=dialog]') !== null
}
