/** A question to the person that code waits for: asked with what it is about, answered by a dialog. */
import { useState } from 'react'

export interface Question<T> {
  /** What is asked about now; null: nothing. */
  readonly about: T | null
  /** Resolves with the answer. A question that is open is answered with no. */
  ask(this: void, about: T): Promise<boolean>
  answer(this: void, yes: boolean): void
}

interface Open<T> { readonly about: T; answer(this: void, yes: boolean): void }

export function useQuestion<T>(): Question<T> {
  const [open, setOpen] = useState<Open<T> | null>(null)
  const answer = (yes: boolean) => {
    setOpen(null)
    open?.answer(yes)
  }
  return {
    about: open?.about ?? null,
    answer,
    ask: about => new Promise(resolve => {
      open?.answer(false)
      setOpen({ about, answer: resolve })
    }),
  }
}
