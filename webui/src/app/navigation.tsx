/** The menu: the places of places.ts that this login may see, and the objects of the schema that have no page of their own. */
import { Link } from '@tanstack/react-router'
import {
  Activity, Archive, BookUser, Boxes, Building2, CalendarClock, Clock, Globe, History, KeyRound, LayoutDashboard, ListChecks, ListX, Network, ScrollText,
  Server, ShieldAlert, ShieldCheck, Undo2,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { useMay, useModel } from '../api/context.ts'
import { useTexts } from '../texts/language.ts'
import css from './navigation.module.css'
import type { MenuEntry, OtherObject } from './menu-entries.ts'
import { byHeading, otherObjects } from './menu-entries.ts'
import type { Place } from './places.ts'
import { PLACES, trailOf } from './places.ts'

const ICONS: Readonly<Record<string, ReactNode>> = {
  dashboard: <LayoutDashboard />, tasks: <ListChecks />, tasksFailed: <ListX />, tasksHistory: <History />, cluster: <Server />, accounts: <BookUser />,
  domains: <Globe />, tenants: <Building2 />, archivedItems: <Undo2 />, certificates: <ShieldCheck />, roles: <Boxes />, listeners: <Network />,
  taskManager: <Clock />, schedules: <CalendarClock />, retention: <Archive />, apiKeys: <KeyRound />,
}

/** As the schema names them. */
const SCHEMA_ICONS: Readonly<Record<string, ReactNode>> = {
  network: <Network />, 'book-user': <BookUser />, 'shield-alert': <ShieldAlert />, 'scroll-text': <ScrollText />, server: <Server />, boxes: <Boxes />,
}

const GROUPS = ['dashboard', 'management', 'settings', 'more'] as const

export function Navigation() {
  const t = useTexts()
  const links = useLinks()
  return (
    <nav aria-label={t.shell.main} className={css['nav']}>
      {GROUPS.filter(group => links.some(link => link.group === group)).map(group => (
        <section key={group}>
          {group === 'dashboard' ? null : <h2 className={css['group']}>{t.nav[group]}</h2>}
          {byHeading(links.filter(link => link.group === group)).map(([heading, inside]) => (
            <div key={inside[0]?.to} className={heading === null ? undefined : css['within']}>
              {heading === null ? null : <h3 className={css['heading']}>{heading}</h3>}
              <ul>
                {inside.map(({ to, label, icon, exact }) => (
                  <li key={to}>
                    <Link to={to} className={css['link']} activeProps={{ 'aria-current': 'page' }} activeOptions={{ exact, includeSearch: false }}>
                      <span aria-hidden="true">{icon}</span>{label}
                    </Link>
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </section>
      ))}
    </nav>
  )
}

/** What the menu has, in its order. */
function useLinks(): readonly MenuEntry[] {
  const t = useTexts()
  const places = usePlaces().flatMap(({ path, title, group, within }): MenuEntry[] => group === undefined ? [] : [{
    group, heading: within === undefined ? null : t.nav[within.heading], to: path, label: t.nav[within?.title ?? title], icon: ICONS[title],
    exact: path === '/' || path === '/manage/tasks',
  }])
  const others = useOtherObjects().map(({ group, heading, to, label, icon }): MenuEntry =>
    ({ group, heading, to, label, icon: SCHEMA_ICONS[icon ?? ''] ?? <Activity />, exact: false }))
  return [...places, ...others]
}

export function usePlaces(): readonly Place[] {
  const may = useMay()
  return PLACES.filter(({ needs }) => needs === undefined || may(...needs))
}

/** What stands above a page of the menu, and its own name there; empty for any other. */
export function useTrail(path: string): readonly string[] {
  const t = useTexts()
  const other = useOtherObjects().find(({ to }) => to === path)
  return other === undefined ? trailOf(path, t.nav) : [t.nav[other.group], ...other.heading === null ? [] : [other.heading], other.label]
}

/** Objects of the schema that no place shows, where its menu has them. */
export function useOtherObjects(): readonly OtherObject[] {
  const model = useModel()
  const may = useMay()
  return otherObjects(model).filter(({ name, single }) => may(name, single ? 'Get' : 'Query'))
}
