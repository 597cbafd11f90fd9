/** The words for a problem of a field. */
import type { FieldType } from '../../../src/jmap-client/schema.ts'
import { bytesText, durationText } from '../parts/duration.ts'
import { useLanguage, useTexts } from '../texts/language.ts'
import type { Problem } from './problems.ts'

export function useProblemText(): (problem: Problem, type: FieldType) => string {
  const t = useTexts()
  const language = useLanguage()
  const amount = (limit: number, type: FieldType) => {
    if (type.type === 'number' && type.format === 'duration') return durationText(limit, t.time.units, language)
    if (type.type === 'number' && type.format === 'size') return bytesText(limit, language)
    return new Intl.NumberFormat(language).format(limit)
  }
  return (problem, type) => {
    switch (problem.kind) {
      case 'needed': return t.form.requiredMissing
      case 'number': return t.form.numberWrong
      case 'integer': return t.form.integerWrong
      case 'duration': return t.form.durationWrong
      case 'size': return t.form.sizeWrong
      case 'date': return t.form.dateWrong
      case 'min': return t.form.min(amount(problem.limit, type))
      case 'max': return t.form.max(amount(problem.limit, type))
      case 'minLength': return t.form.minLength(problem.limit)
      case 'maxLength': return t.form.maxLength(problem.limit)
      case 'minItems': return t.form.minItems(problem.limit)
      case 'maxItems': return t.form.maxItems(problem.limit)
      case 'said': return problem.text
    }
  }
}
