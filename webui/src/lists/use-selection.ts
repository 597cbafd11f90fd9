/** Which rows of a list are selected. Another question forgets them: nobody may act on rows that are not in sight any more. */
import { useCallback, useState } from 'react'

const NONE: ReadonlySet<string> = new Set()

/** `question`: the filters of the list as a text; its order does not matter. */
export function useSelection(question: string): readonly [ReadonlySet<string>, (ids: ReadonlySet<string>) => void] {
  const [chosen, setChosen] = useState({ question, ids: NONE })
  // While it is drawn, so that no row is seen selected under the new question, not even once.
  if (chosen.question !== question) setChosen({ question, ids: NONE })
  const select = useCallback((ids: ReadonlySet<string>) => { setChosen({ question, ids }) }, [question])
  return [chosen.question === question ? chosen.ids : NONE, select]
}
