/** The frame of a page: its title (also of the window), what it is for, its actions. */
import type { ReactNode } from 'react'
import { createContext, use, useEffect } from 'react'
import { useTexts } from '../texts/language.ts'
import css from './page.module.css'

/** Where the page stands in the menu, from its group on; the frame of the console gives it. */
export const Trail = createContext<readonly string[]>([])

export function Page({ title, subtitle, actions, children, fill = false }: {
  readonly title: string
  readonly subtitle?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
  /** The content takes the rest of the window and scrolls inside: for a DataTable. */
  readonly fill?: boolean
}) {
  const { product } = useTexts()
  const trail = use(Trail)
  useEffect(() => { document.title = `${title} · ${product}` }, [title, product])
  return (
    <div className={`${css['page']} ${fill ? css['fill'] : ''}`}>
      <header className={css['head']}>
        <div className={css['titles']}>
          {trail.length === 0 ? null : <p className={css['trail']}>{trail.join(' › ')}</p>}
          <h1>{title}</h1>
          {subtitle === undefined ? null : <p className={css['subtitle']}>{subtitle}</p>}
        </div>
        {actions === undefined ? null : <div className={css['actions']}>{actions}</div>}
      </header>
      {children}
    </div>
  )
}

/** A framed part of a page with its own heading. */
export function Panel({ title, actions, children }: { readonly title?: ReactNode; readonly actions?: ReactNode; readonly children: ReactNode }) {
  return (
    <section className={css['panel']}>
      {title === undefined && actions === undefined ? null : (
        <header className={css['panelHead']}>
          <h2>{title}</h2>
          {actions}
        </header>
      )}
      {children}
    </section>
  )
}
