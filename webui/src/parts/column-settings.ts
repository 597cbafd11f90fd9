/**
 * What somebody made of a list's columns; it stays with the browser, by the name of the list. What cannot be read, or was
 * written by something else, counts as nothing: the list looks as it was made.
 */
import { useSyncExternalStore } from 'react'

/** The order that the server is asked for. */
export interface Sort { readonly property: string; readonly isAscending: boolean }
export interface ColumnSettings {
  /** By the column's key; false: hidden. */
  readonly visible: Readonly<Record<string, boolean>>
  /** CSS pixels by the column's key. */
  readonly widthsPx: Readonly<Record<string, number>>
  readonly sort: Sort | null
}

const STORAGE_PREFIX = 'rota.columns.'
const UNCHANGED: ColumnSettings = { visible: {}, widthsPx: {}, sort: null }
const held = new Map<string, ColumnSettings>()
const watchers = new Set<() => void>()

export function useColumnSettings(name: string): ColumnSettings {
  return useSyncExternalStore(watch, () => columnSettings(name))
}

export function changeColumnSettings(name: string, change: Partial<ColumnSettings>): void {
  const next = { ...columnSettings(name), ...change }
  held.set(name, next)
  localStorage.setItem(STORAGE_PREFIX + name, JSON.stringify(next))
  tellAll()
}

export function resetColumnSettings(name: string): void {
  held.set(name, UNCHANGED)
  localStorage.removeItem(STORAGE_PREFIX + name)
  tellAll()
}

function columnSettings(name: string): ColumnSettings {
  const known = held.get(name)
  if (known !== undefined) return known
  const read = parseColumnSettings(localStorage.getItem(STORAGE_PREFIX + name))
  held.set(name, read)
  return read
}

export function parseColumnSettings(text: string | null): ColumnSettings {
  if (text === null) return UNCHANGED
  try {
    const { visible, widthsPx, sort } = entries(JSON.parse(text))
    const { property, isAscending } = entries(sort)
    return {
      visible: Object.fromEntries(Object.entries(entries(visible)).filter((entry): entry is [string, boolean] => typeof entry[1] === 'boolean')),
      widthsPx: Object.fromEntries(Object.entries(entries(widthsPx)).filter((entry): entry is [string, number] => Number.isFinite(entry[1]))),
      sort: typeof property === 'string' && typeof isAscending === 'boolean' ? { property, isAscending } : null,
    }
  } catch {
    return UNCHANGED
  }
}

function entries(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function watch(changed: () => void): () => void {
  watchers.add(changed)
  return () => { watchers.delete(changed) }
}

function tellAll(): void {
  for (const watcher of [...watchers]) watcher()
}
