/** What somebody should know before going on. `bad`: work or access is lost by it. */
import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import css from './warning.module.css'

export function Warning({ bad = false, children }: { readonly bad?: boolean; readonly children: ReactNode }) {
  return <p className={`${css['warning']} ${bad ? css['bad'] : ''}`} role="note"><TriangleAlert aria-hidden="true" /><span>{children}</span></p>
}
