/** The filter of a list that searches for words; null: the server cannot search it. */
import type { Model } from '../../../src/jmap-client/model.ts'

export function searchFieldOf(model: Model, object: string): string | null {
  return model.list(object)?.filters?.find(({ type, field }) => type === 'text' && field === 'text')?.field ?? null
}
