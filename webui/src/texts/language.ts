/** Languages of the console: which one holds, and how texts of a page are declared in both. */
import { useSyncExternalStore } from 'react'
import { de } from './de.ts'
import { isolating } from './direction.ts'
import type { Texts } from './en.ts'
import { en } from './en.ts'

export type Language = 'en' | 'de'
export const LANGUAGES: readonly Language[] = ['en', 'de']

const STORAGE_KEY = 'rota.language'
const CATALOGUES: Readonly<Record<Language, Texts>> = { en: isolating(en), de: isolating(de) }
const watchers = new Set<() => void>()

let current: Language = chosen() ?? preferred(navigator.languages)

/** The first of the browser's languages that there is a catalogue for. */
export function preferred(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = LANGUAGES.find(language => tag.toLowerCase().split('-')[0] === language)
    if (found !== undefined) return found
  }
  return 'en'
}

export function language(): Language {
  return current
}

export function setLanguage(to: Language): void {
  current = to
  localStorage.setItem(STORAGE_KEY, to)
  document.documentElement.lang = to
  for (const watcher of [...watchers]) watcher()
}

export function useLanguage(): Language {
  return useSyncExternalStore(watch, language)
}

/** The catalogue of what all pages use. */
export function useTexts(): Texts {
  return CATALOGUES[useLanguage()]
}

/** Outside of React. */
export function texts(): Texts {
  return CATALOGUES[current]
}

interface Catalogues<T> { readonly en: T; readonly de: T }

/**
 * Texts of one page: `const useTaskTexts = pageTexts({ en: { … }, de: { … } })`; both have the same keys. A test reads the
 * catalogues, to compare them.
 */
export function pageTexts<T>(catalogues: { readonly en: T; readonly de: NoInfer<T> }): (() => T) & { readonly catalogues: Catalogues<T> } {
  const shown = { en: isolating(catalogues.en), de: isolating<T>(catalogues.de) }
  return Object.assign(() => shown[useLanguage()], { catalogues })
}

function watch(changed: () => void): () => void {
  watchers.add(changed)
  return () => { watchers.delete(changed) }
}

function chosen(): Language | null {
  const stored = localStorage.getItem(STORAGE_KEY)
  return LANGUAGES.find(each => each === stored) ?? null
}
