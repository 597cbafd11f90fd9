/** Buttons and links that look like them. `kind`: what it means, not how it looks. */
import { Link } from '@tanstack/react-router'
import type { ComponentProps, ReactNode } from 'react'
import css from './button.module.css'

export type ButtonKind = 'main' | 'plain' | 'quiet' | 'danger'
interface Look {
  readonly kind?: ButtonKind
  readonly icon?: ReactNode
  /** Only the icon is seen; the children are its name. */
  readonly iconOnly?: boolean
  readonly busy?: boolean
}

export function Button({ kind = 'plain', icon, iconOnly = false, busy = false, className, children, disabled, ...rest }: Look & ComponentProps<'button'>) {
  return (
    <button type="button" {...rest} className={look(kind, iconOnly, className)} disabled={disabled} aria-busy={busy || undefined}>
      {icon}
      <span className={iconOnly ? 'unseen' : undefined}>{children}</span>
    </button>
  )
}

/** `to` is an address of the console with its query, as in `/manage/tasks?f.status=Failed`. */
export function ButtonLink({ kind = 'plain', icon, iconOnly = false, to, children }: Look & { readonly to: string; readonly children: ReactNode }) {
  return (
    <Link to={to} className={look(kind, iconOnly)}>
      {icon}
      <span className={iconOnly ? 'unseen' : undefined}>{children}</span>
    </Link>
  )
}

function look(kind: ButtonKind, iconOnly: boolean, className?: string): string {
  return [css['button'], css[kind], iconOnly ? css['icon'] : '', className ?? ''].join(' ')
}
