/** What stands where in the menu: beside the pages of the console, the objects of the schema that have none, under the heading that its own menu gives them. */
import type { ReactNode } from 'react'
import type { Model } from '../../../src/jmap-client/model.ts'
import { listAddress, objectAddress, SINGLETON } from '../lists/places.ts'

export type MenuGroup = 'dashboard' | 'management' | 'settings' | 'more'
export interface MenuEntry {
  readonly group: MenuGroup
  readonly heading: string | null
  readonly to: string
  readonly label: string
  readonly icon: ReactNode
  /** Marked on its own address alone, not on those below it. */
  readonly exact: boolean
}
export interface OtherObject {
  readonly name: string
  /** There is only one of it. */
  readonly single: boolean
  readonly group: MenuGroup
  readonly heading: string | null
  readonly to: string
  readonly label: string
  readonly icon: string | null
}

const SECTIONS: Readonly<Record<string, MenuGroup>> = { Management: 'management', Settings: 'settings' }

/** Objects that no page of the console shows: those of the schema's menu in its order, then the others. */
export function otherObjects(model: Model): readonly OtherObject[] {
  const menu = model.menu()
  const placed = new Map(menu.map((link, at) => [link.view, { ...link, at }]))
  return model.objects().flatMap(({ name, kind }) => {
    const single = kind === 'singleton'
    const list = model.list(name)
    const to = single ? objectAddress(name, SINGLETON) : listAddress(name)
    const link = placed.get(name)
    const label = link?.label ?? list?.title
    if (label === undefined || !to.startsWith(`/manage/o/${name}`)) return []
    const place = { group: SECTIONS[link?.section ?? ''] ?? 'more', heading: link?.heading ?? null, icon: link?.icon ?? null }
    return [{ at: link?.at ?? menu.length, name, single, to, label, ...place }]
  }).toSorted((one, other) => one.at - other.at)
}

/** Those of one heading together, in the order in which the headings come first; those without one stay with the first of them. */
export function byHeading<T extends { readonly heading: string | null }>(entries: readonly T[]): readonly (readonly [heading: string | null, entries: readonly T[]])[] {
  return [...Map.groupBy(entries, ({ heading }) => heading)]
}
