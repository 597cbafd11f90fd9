/** The menu: the places of places.ts that this login may see, and the objects of the schema that have no page of their own. */
import { Link } from '@tanstack/react-router'
import {
  Activity, Archive, BookUser, Boxes, Building2, CalendarClock, Clock, Globe, History, KeyRound, LayoutDashboard, ListChecks, ListX, Network, ScrollText,
  Server, ShieldCheck, Undo2,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { useMay, useModel } from '../api/context.ts'
import { listAddress } from '../lists/places.ts'
import type { Texts } from '../texts/en.ts'
import { useTexts } from '../texts/language.ts'
import css from './navigation.module.css'
import type { Place } from './places.ts'
import { PLACES } from './places.ts'

const ICONS: Readonly<Record<string, ReactNode>> = {
  dashboard: <LayoutDashboard />, tasks: <ListChecks />, tasksFailed: <ListX />, tasksHistory: <History />, cluster: <Server />, accounts: <BookUser />,
  domains: <Globe />, tenants: <Building2 />, archivedItems: <Undo2 />, certificates: <ShieldCheck />, roles: <Boxes />, listeners: <Network />,
  taskManager: <Clock />, schedules: <CalendarClock />, retention: <Archive />, apiKeys: <KeyRound />,
}

export function Navigation() {
  const t = useTexts()
  const seen = usePlaces()
  const others = useOtherObjects()
  return (
    <nav aria-label={t.shell.main} className={css['nav']}>
      {(['dashboard', 'management', 'settings'] as const).map(group => (
        <section key={group}>
          {group === 'dashboard' ? null : <h2 className={css['group']}>{t.nav[group]}</h2>}
          {byHeading(seen.filter(place => place.group === group)).map(([heading, places]) => (
            <div key={places[0]?.path} className={heading === null ? undefined : css['within']}>
              {heading === null ? null : <h3 className={css['heading']}>{t.nav[heading]}</h3>}
              <ul>
                {places.map(({ path, title, within }) => (
                  <li key={path}>
                    <Link to={path} className={css['link']} activeProps={{ 'aria-current': 'page' }} activeOptions={{ exact: path === '/' || path === '/manage/tasks', includeSearch: false }}>
                      <span aria-hidden="true">{ICONS[title]}</span>{t.nav[within?.title ?? title]}
                    </Link>
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </section>
      ))}
      {others.length === 0 ? null : (
        <section>
          <h2 className={css['group']}>{t.nav.more}</h2>
          <ul>
            {others.map(({ name, title }) => (
              <li key={name}>
                <Link to={listAddress(name)} className={css['link']} activeProps={{ 'aria-current': 'page' }} activeOptions={{ includeSearch: false }}>
                  <span aria-hidden="true">{name === 'AuditEntry' ? <ScrollText /> : <Activity />}</span>{title}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </nav>
  )
}

/** In the order of the table; places without a heading that follow each other stand together. */
function byHeading(places: readonly Place[]): readonly (readonly [heading: keyof Texts['nav'] | null, places: readonly Place[]])[] {
  const parts: [keyof Texts['nav'] | null, Place[]][] = []
  for (const place of places) {
    const heading = place.within?.heading ?? null
    const last = parts.at(-1)
    if (last?.[0] === heading) last[1].push(place)
    else parts.push([heading, [place]])
  }
  return parts
}

export function usePlaces(): readonly Place[] {
  const may = useMay()
  return PLACES.filter(({ needs }) => needs === undefined || may(...needs))
}

/** Objects of the schema that no place shows. */
export function useOtherObjects(): readonly { readonly name: string; readonly title: string }[] {
  const model = useModel()
  const may = useMay()
  return model.objects().flatMap(({ name }) => {
    const list = model.list(name)
    return list === null || listAddress(name) !== `/manage/o/${name}` || !may(name, 'Query') ? [] : [{ name, title: list.title }]
  })
}
