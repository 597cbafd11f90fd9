/** A state as icon, word and colour: colour never carries the meaning alone. */
import { CircleAlert, CircleCheck, CircleDashed, CirclePause, LoaderCircle, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import css from './status.module.css'

export type Tone = 'good' | 'busy' | 'idle' | 'warn' | 'bad' | 'paused'

const ICONS = { good: CircleCheck, busy: LoaderCircle, idle: CircleDashed, warn: TriangleAlert, bad: CircleAlert, paused: CirclePause }

export function Status({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  const Icon = ICONS[tone]
  return (
    <span className={`${css['status']} ${css[tone]}`}>
      <Icon aria-hidden="true" />
      <span>{children}</span>
    </span>
  )
}

/** A word in a frame, for what is no state: a variant, a duty, a count. */
export function Badge({ tone = 'idle', children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return <span className={`${css['badge']} ${css[tone]}`}>{children}</span>
}
