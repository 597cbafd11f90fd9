/** Dark, light, or as the system; the choice stays with the browser. */
import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'
export const THEMES: readonly Theme[] = ['system', 'light', 'dark']

const STORAGE_KEY = 'rota.theme'
const dark = matchMedia('(prefers-color-scheme: dark)')
const watchers = new Set<() => void>()
let current: Theme = THEMES.find(each => each === localStorage.getItem(STORAGE_KEY)) ?? 'system'

export function applyTheme(): void {
  const seen = current === 'system' ? (dark.matches ? 'dark' : 'light') : current
  document.documentElement.dataset['theme'] = seen
}

export function setTheme(to: Theme): void {
  current = to
  localStorage.setItem(STORAGE_KEY, to)
  applyTheme()
  for (const watcher of [...watchers]) watcher()
}

export function useTheme(): Theme {
  return useSyncExternalStore(changed => {
    watchers.add(changed)
    return () => { watchers.delete(changed) }
  }, () => current)
}

dark.addEventListener('change', applyTheme)
