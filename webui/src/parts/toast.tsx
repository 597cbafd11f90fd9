/** A short note that goes away by itself: `toast({ title, text?, kind?, action? })`. Errors stay at their place instead. */
import { useSyncExternalStore } from 'react'
import type { Note } from './note.ts'
import { overPage } from './over-page.tsx'

const Place = overPage(async () => (await import('./notes.tsx')).Notes)
/** Nobody has shown them yet. */
let waiting: readonly Note[] = []
const watchers = new Set<() => void>()

export function toast(note: Note): void {
  change([...waiting, note])
}

/** Once in the page; what it shows is fetched when there is something to say. */
export function Toasts() {
  const notes = useSyncExternalStore(watch, () => waiting)
  return <Place open={notes.length > 0} waiting={notes} onTaken={taken} />
}

function taken(notes: readonly Note[]): void {
  change(waiting.filter(note => !notes.includes(note)))
}

function change(to: readonly Note[]): void {
  waiting = to
  for (const watcher of [...watchers]) watcher()
}

function watch(changed: () => void): () => void {
  watchers.add(changed)
  return () => { watchers.delete(changed) }
}
