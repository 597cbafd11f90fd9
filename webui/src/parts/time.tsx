/**
 * A moment: in the viewer's zone, UTC on hover and focus; `relative` says how long ago it is, or until then. In the cells of a
 * long list nothing has a focus of its own: there UTC comes on hover alone, and to the keyboard on the page of the row.
 */
import { useContext, useSyncExternalStore } from 'react'
import { browserClock, serverClock } from '../api/browser.ts'
import { useLanguage, useTexts } from '../texts/language.ts'
import { InCell } from './in-cell.ts'
import { absoluteText, relativeText, utcText } from './moment.ts'
import { Tooltip } from './tooltip.tsx'
import css from './time.module.css'

const TICK_MS = 10_000

export function Time({ at, relative = false }: { readonly at: string; readonly relative?: boolean }) {
  const t = useTexts()
  const language = useLanguage()
  const now = useNow()
  const light = useContext(InCell)
  const ms = Date.parse(at)
  if (Number.isNaN(ms)) return <span>{at}</span>
  const shown = relative ? relativeText(ms - now, language, t.time.now) : absoluteText(ms, language)
  // The grid says the rest of it when the pointer is there.
  if (light) return <time dateTime={at} className={css['time']}>{shown}</time>
  return (
    <Tooltip text={<span className={css['both']}><b>{t.time.local}</b> {absoluteText(ms, language)}<b>{t.time.utc}</b> {utcText(ms)}</span>}>
      <time dateTime={at} tabIndex={0} className={css['time']}>{shown}</time>
    </Tooltip>
  )
}

/** ms since 1970, anew every ten seconds, and for all on the page at once. */
export function useNow(): number {
  return useSyncExternalStore(watch, () => nowMs)
}

let nowMs = serverClock.now()
const watchers = new Set<() => void>()
let stop = () => {}

function watch(changed: () => void): () => void {
  watchers.add(changed)
  if (watchers.size === 1) tick()
  return () => {
    watchers.delete(changed)
    if (watchers.size === 0) stop()
  }
}

function tick(): void {
  nowMs = serverClock.now()
  stop = browserClock.after(TICK_MS, () => {
    tick()
    for (const watcher of [...watchers]) watcher()
  })
}
