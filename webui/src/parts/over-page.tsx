/**
 * What opens over a page – a menu, a hint, a note, the palette – is no part of it: its file is fetched once a hand is on the
 * mouse or the keys (`fetchAll`), which is before anything can be asked for and after the page has all of its own.
 *
 * | its file | then |
 * | --- | --- |
 * | is there | it opens at once |
 * | is on its way | it opens when it is there |
 * | does not come, and the server has a newer console | the page is loaded anew |
 * | does not come | it does not open, and is fetched anew when it is wanted again, or in a while when nobody is to close it; the header says that the server is away |
 */
import type { ComponentType, ReactNode } from 'react'
import { useEffect, useEffectEvent, useState } from 'react'
import { browserClock } from '../api/browser.ts'
import { reloadWhenNewer } from '../api/newer.ts'

const AGAIN_MS = 10_000

const fetches: (() => Promise<void>)[] = []

/** Of everything that can open over a page; what does not come is fetched anew when it is wanted. */
export function fetchAll(): void {
  for (const fetch of fetches) void fetch()
}

/** Nothing is in the page before it is first open; after that it stays, so that it can close by itself. */
export function overPage<P extends { readonly open: boolean; readonly onClose?: () => void }>(load: () => Promise<ComponentType<P>>): (props: P) => ReactNode {
  let Part: ComponentType<P> | null = null
  let attempt: Promise<void> | null = null
  const fetch = () => attempt ??= load().then(loaded => { Part = loaded }, () => { attempt = null })
  fetches.push(fetch)
  return function OverPage(props: P) {
    const { open, onClose } = props
    const [wanted, setWanted] = useState(open)
    if (open && !wanted) setWanted(true)
    const [, setThere] = useState(Part !== null)
    const [attempts, setAttempts] = useState(0)
    const missing = useEffectEvent(() => {
      void reloadWhenNewer()
      if (onClose === undefined) return browserClock.after(AGAIN_MS, () => { setAttempts(count => count + 1) })
      onClose()
      return undefined
    })
    useEffect(() => {
      if (!open || Part !== null) return undefined
      let left = false
      let stop: (() => void) | undefined
      void fetch().then(() => {
        // Nobody waits for it any more: what is on the page now is not to be closed.
        if (left) return
        if (Part === null) stop = missing()
        else setThere(true)
      })
      return () => {
        left = true
        stop?.()
      }
    }, [open, attempts])
    return wanted && Part !== null ? <Part {...props} /> : null
  }
}
