/** What is wrong with a field or an entry, in words. */
import { CircleAlert } from 'lucide-react'
import type { FieldType } from '../../../src/jmap-client/schema.ts'
import css from './field.module.css'
import { useProblemText } from './problem-text.ts'
import type { Problem } from './problems.ts'

export function ProblemLine({ id, problem, type }: { readonly id: string; readonly problem: Problem | null; readonly type: FieldType }) {
  const textOf = useProblemText()
  return (
    <p id={id} className={css['problem']} hidden={problem === null}>
      <CircleAlert aria-hidden="true" />
      {problem === null ? '' : textOf(problem, type)}
    </p>
  )
}

/** Of what shows a field or an entry: by it the form finds the way there. */
export function placed(pointer: string, problem: Problem | null) {
  return { 'data-field': pointer, 'data-problem': problem === null ? undefined : '' } as const
}
