/**
 * Actions that a page offers in the palette while it is open, and how what is typed is matched: every word must occur, at
 * the beginning of a word first.
 */
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'

export interface Command {
  /** Unlike that of any other command. */
  readonly id: string
  readonly label: string
  run(this: void): void
}

let commands: readonly Command[] = []
const watchers = new Set<() => void>()

/** Offers actions as long as the component is there. `commands` may be another list each time, with the same ids. */
export function useCommands(offered: readonly Command[]): void {
  const ids = offered.map(({ id, label }) => `${id} ${label}`).join('\n')
  const run = useEffectEvent((id: string) => { offered.find(each => each.id === id)?.run() })
  const current = useEffectEvent(() => offered)
  useEffect(() => {
    const added = current().map(({ id, label }): Command => ({ id, label, run: () => { run(id) } }))
    change([...commands, ...added])
    return () => { change(commands.filter(each => !added.includes(each))) }
  }, [ids])
}

export function useOfferedCommands(): readonly Command[] {
  return useSyncExternalStore(watch, () => commands)
}

function change(next: readonly Command[]): void {
  commands = next
  for (const watcher of [...watchers]) watcher()
}

function watch(changed: () => void): () => void {
  watchers.add(changed)
  return () => { watchers.delete(changed) }
}
