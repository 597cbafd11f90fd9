/** Whether the window is too narrow for a table. */
import { useSyncExternalStore } from 'react'

const query = matchMedia('(max-width: 640px)')

export function useNarrow(): boolean {
  return useSyncExternalStore(watch, () => query.matches)
}

function watch(changed: () => void): () => void {
  query.addEventListener('change', changed)
  return () => { query.removeEventListener('change', changed) }
}
