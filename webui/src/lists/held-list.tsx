/** A live list that does not move under the pointer, the focus or a selection: it says that it has changed, and waits to be asked. */
import { RefreshCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import type { List, Row } from '../api/hooks.ts'
import { Button } from '../parts/button.tsx'
import { useTexts } from '../texts/language.ts'
import css from './held-list.module.css'
import { HeldRows } from './held-rows.ts'

export interface HeldList {
  /** For DataTable. */
  readonly list: List
  /** The list would look different by now. */
  readonly behind: boolean
  catchUp(this: void): void
  /** Tells whether somebody is reading. */
  setReading(this: void, reading: boolean): void
}

/** `question`: filters and order as a text; the rows of another one are not held. `selecting`: rows are selected, which holds the list as well. */
export function useHeldList(live: List, question: string, selecting: boolean): HeldList {
  const [held] = useState(() => new HeldRows<Row>())
  const [reading, setReading] = useState(false)
  const [, setTimes] = useState(0)
  const holding = reading || selecting
  held.answer(question)
  if (!holding) held.release()
  return {
    list: holding ? { ...live, rowAt: index => held.rowAt(index, live), loaded: withHeld(live.loaded, held.shown) } : live,
    behind: holding && held.differs(live),
    catchUp: () => {
      held.release()
      setTimes(times => times + 1)
    },
    setReading,
  }
}

/** What is seen can be chosen, also where the page that it came from has moved on. */
function withHeld(loaded: readonly Row[], shown: readonly Row[]): readonly Row[] {
  const known = new Set(loaded.map(({ id }) => id))
  return [...loaded, ...shown.filter(({ id }) => !known.has(id))]
}

/** Around the table. */
export function Reading({ held, children }: { readonly held: HeldList; readonly children: ReactNode }) {
  const { setReading } = held
  return (
    <div
      className={css['reading']}
      onPointerEnter={() => { setReading(true) }} onPointerLeave={() => { setReading(false) }}
      onFocus={() => { setReading(true) }} onBlur={event => { if (!event.currentTarget.contains(event.relatedTarget)) setReading(false) }}
    >{children}</div>
  )
}

/** In the line above the table, which keeps its height. */
export function ListChanged({ held: { behind, catchUp } }: { readonly held: HeldList }) {
  const t = useTexts()
  return <span role="status">{behind ? <Button kind="quiet" icon={<RefreshCw aria-hidden="true" />} onClick={catchUp}>{t.list.changedShow}</Button> : null}</span>
}
