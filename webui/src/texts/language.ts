/** Languages of the console: which one holds, and how texts of a page are declared in both. */
import { useSyncExternalStore } from 'react'
import { reloadWhenNewer } from '../api/newer.ts'
import { isolating } from './direction.ts'
import type { Texts } from './en.ts'

export type Language = 'en' | 'de'
export const LANGUAGES: readonly Language[] = ['en', 'de']

const STORAGE_KEY = 'rota.language'
const LOADS: Readonly<Record<Language, () => Promise<Texts>>> = { en: async () => (await import('./en.ts')).en, de: async () => (await import('./de.ts')).de }
/** Of what all pages say: only of languages that were spoken here. */
const catalogues = new Map<Language, Texts>()
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

/** Before anything is said. Rather in English than not at all. */
export async function loadLanguage(): Promise<void> {
  try {
    await load(current)
  } catch {
    current = 'en'
    await load(current)
  }
}

/** When its words do not come, it stays as it is; the header says that the server is away. */
export async function setLanguage(to: Language): Promise<void> {
  try {
    await load(to)
  } catch {
    await reloadWhenNewer()
    return
  }
  current = to
  localStorage.setItem(STORAGE_KEY, to)
  document.documentElement.lang = to
  for (const watcher of [...watchers]) watcher()
}

async function load(wanted: Language): Promise<void> {
  if (!catalogues.has(wanted)) catalogues.set(wanted, isolating(await LOADS[wanted]()))
}

export function useLanguage(): Language {
  return useSyncExternalStore(watch, language)
}

/** The catalogue of what all pages use. */
export function useTexts(): Texts {
  const texts = catalogues.get(useLanguage())
  if (texts === undefined) throw new Error('used before loadLanguage')
  return texts
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
