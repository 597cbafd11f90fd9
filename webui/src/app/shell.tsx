/** What stands around every page: header, navigation, and the place of the page itself. */
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { CircleUser, Keyboard, LogOut, Menu as MenuIcon, Search, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useServer } from '../api/context.ts'
import { Button } from '../parts/button.tsx'
import { Menu } from '../parts/menu.tsx'
import { fetchAll } from '../parts/over-page.tsx'
import { Trail } from '../parts/page.tsx'
import type { Language } from '../texts/language.ts'
import { LANGUAGES, setLanguage, useLanguage, useTexts } from '../texts/language.ts'
import { LiveMark } from './live-mark.tsx'
import { Mark } from './mark.tsx'
import { Navigation, useTrail } from './navigation.tsx'
import css from './shell.module.css'
import { Shortcuts } from './shortcuts.tsx'
import type { Theme } from './theme.ts'
import { setTheme, THEMES, useTheme } from './theme.ts'

const HANDS = ['pointermove', 'pointerdown', 'keydown'] as const

export function Shell() {
  const t = useTexts()
  const path = useRouterState({ select: state => state.location.pathname })
  // Going to another page closes the drawer.
  const [drawnAt, setDrawnAt] = useState<string | null>(null)
  const drawn = drawnAt === path
  const drawer = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!drawn) return
    const opener = document.activeElement
    drawer.current?.querySelector('a')?.focus()
    const onKey = ({ key }: KeyboardEvent) => {
      if (key !== 'Escape') return
      setDrawnAt(null)
      if (opener instanceof HTMLElement) opener.focus()
    }
    addEventListener('keydown', onKey)
    return () => { removeEventListener('keydown', onKey) }
  }, [drawn])
  const content = useRef<HTMLElement>(null)
  const before = useRef(path)
  useEffect(() => {
    if (before.current === path) return
    before.current = path
    // Who hears the page begins at the new one; a field that the page itself has given the focus keeps it.
    if (content.current?.contains(document.activeElement) !== true) content.current?.focus({ preventScroll: true })
  }, [path])
  useEffect(onFirstHand, [])
  const [open, setOpen] = useState<'palette' | 'help' | null>(null)
  return (
    <div className={css['shell']}>
      <a className={css['skip']} href="#content">{t.shell.skip}</a>
      <header className={css['header']}>
        <Button
          kind="quiet" iconOnly className={css['drawerButton']} icon={drawn ? <X aria-hidden="true" /> : <MenuIcon aria-hidden="true" />}
          aria-expanded={drawn} aria-controls="navigation" onClick={() => { setDrawnAt(drawn ? null : path) }}
        >{drawn ? t.shell.close : t.shell.menu}</Button>
        <Link to="/" className={css['brand']}><Mark />{t.product}</Link>
        <span className={css['space']} />
        <button type="button" className={css['commands']} aria-keyshortcuts="Control+K" onClick={() => { setOpen('palette') }}>
          <Search aria-hidden="true" />
          <span>{t.shell.commands}</span>
          <kbd>{t.shell.commandsHint}</kbd>
        </button>
        <span className={css['space']} />
        <LiveMark />
        <PersonMenu onKeys={() => { setOpen('help') }} />
      </header>
      <div ref={drawer} id="navigation" className={`${css['nav']} ${drawn ? css['drawn'] : ''}`}><Navigation /></div>
      {drawn ? <button type="button" tabIndex={-1} aria-label={t.shell.close} className={css['shade']} onClick={() => { setDrawnAt(null) }} /> : null}
      <main ref={content} id="content" className={css['content']} tabIndex={-1}><Trail value={useTrail(path)}><Outlet /></Trail></main>
      <Shortcuts open={open} onOpen={setOpen} />
    </div>
  )
}

/** Somebody is there, and may open something next. */
function onFirstHand(): () => void {
  const left = new AbortController()
  const first = () => {
    left.abort()
    fetchAll()
  }
  for (const sign of HANDS) addEventListener(sign, first, { signal: left.signal, passive: true })
  return () => { left.abort() }
}

function PersonMenu({ onKeys }: { readonly onKeys: () => void }) {
  const t = useTexts()
  const { login, username } = useServer()
  return (
    <Menu
      trigger={<Button kind="quiet" iconOnly icon={<CircleUser aria-hidden="true" />}>{t.shell.signedInAs(username)}</Button>}
      head={t.shell.signedInAs(username)}
      choices={[
        { label: t.shell.theme, value: useTheme(), options: THEMES.map(value => ({ value, label: t.shell.themes[value] })), choose: value => { setTheme(value as Theme) } },
        { label: t.shell.language, value: useLanguage(), options: LANGUAGES.map(value => ({ value, label: t.shell.languages[value] })), choose: value => { void setLanguage(value as Language) } },
      ]}
      actions={[{ label: t.shell.keyboard, icon: <Keyboard aria-hidden="true" />, run: onKeys }, { label: t.shell.signOut, icon: <LogOut aria-hidden="true" />, run: () => { void login.signOut() } }]}
    />
  )
}
