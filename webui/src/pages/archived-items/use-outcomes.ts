/** What became of a change to several archived items, told where it was asked for: in its dialog when none was changed, else as a note. */
import { useState } from 'react'
import type { SetOutcome } from '../../../../src/jmap-client/client.ts'
import type { Failure } from '../../api/failure.ts'
import { failureOf } from '../../api/failure.ts'
import { toast } from '../../parts/toast.tsx'
import { useArchivedTexts } from './texts.ts'

/** `done`: the words for so many that were changed; `onDone`: at least one was. */
export function useOutcomes(done: (count: number) => string, onDone: () => void) {
  const { some, restore } = useArchivedTexts()
  const [failure, setFailure] = useState<Failure | null>(null)
  const onSuccess = (outcomes: readonly SetOutcome[]): void => {
    const refused = outcomes.filter(outcome => outcome.kind === 'refused')
    const [first] = refused
    if (first !== undefined && refused.length === outcomes.length) {
      setFailure({ kind: 'refused', error: first.error })
      return
    }
    const title = done(outcomes.length - refused.length)
    toast(first === undefined ? { title } : { title: some(title, restore.refused(refused.length)), kind: 'warning', text: first.error.description ?? '' })
    onDone()
  }
  return { failure, clear: () => { setFailure(null) }, onSuccess, onError: (error: unknown) => { setFailure(failureOf(error)) } }
}
