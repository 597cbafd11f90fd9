/** The menu of the web console: sections, groups and links, in the order of the declarations. */
import type { Json, JsonObject } from '../../base/json.ts'
import type { MenuPlace, ObjectDefinition } from './object.ts'

const SECTION_ICONS: Readonly<Record<MenuPlace['section'], string>> = { Management: 'activity', Settings: 'settings' }

type Declared = Pick<ObjectDefinition, 'name' | 'menu' | 'views'>
interface Placed {
  readonly menu: MenuPlace
  readonly links: readonly { readonly name: string; readonly viewName: string }[]
}

export function layoutsOf(objects: readonly Declared[]): Json {
  const placed = objects.flatMap((of): Placed[] =>
    of.menu === undefined ? [] : [{ menu: of.menu, links: linksOf(of, of.menu.link) }],
  )
  return [...Map.groupBy(placed, ({ menu }) => menu.section)].map(([name, members]) => ({
    name,
    icon: SECTION_ICONS[name],
    items: itemsOf(members),
  }))
}

function linksOf({ name, views }: Declared, link: string): Placed['links'] {
  return [
    { name: link, viewName: `x:${name}` },
    ...views.map(view => ({ name: view.title, viewName: `x:${name}/${view.name}` })),
  ]
}

/** Links and groups of the first level carry their kind as a key, links inside a group as `type`. */
function itemsOf(members: readonly Placed[]): JsonObject[] {
  const items: JsonObject[] = []
  const groups = new Set<string>()
  for (const { menu: { group, icon }, links } of members) {
    if (group === undefined) {
      items.push(...links.map(link => ({ link: { name: link.name, icon, viewName: link.viewName } })))
    } else if (!groups.has(group)) {
      groups.add(group)
      const inside = members.filter(({ menu }) => menu.group === group).flatMap(member => member.links)
      items.push({ container: { name: group, icon, items: inside.map(link => ({ type: 'link', ...link })) } })
    }
  }
  return items
}
