/** A link in a cell of a long list, as light as it can be: the grid follows it within the console, and it takes no focus of its own. */
import type { ReactNode } from 'react'

export function CellLink({ to, children }: { readonly to: string; readonly children: ReactNode }) {
  return <a href={to} tabIndex={-1}>{children}</a>
}
