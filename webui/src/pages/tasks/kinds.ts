/** Kinds of tasks in words: their names from the schema, and where they are worked as the server says. */
import { useCallback, useMemo } from 'react'
import { useModel } from '../../api/context.ts'
import { useRows } from '../../api/hooks.ts'
import { text, textOrNull } from '../../api/values.ts'
import { useLanguage } from '../../texts/language.ts'
import { KINDS_DE } from '../../texts/task-kinds-de.ts'

export interface Kind {
  readonly name: string
  readonly label: string
  /** A sentence. */
  readonly does: string
  readonly lane: string
  readonly duty: string
  /** Why clients may not create one; null: they may. */
  readonly refusal: string | null
  /** false: it is tried again for ever. */
  readonly givesUp: boolean
}

/** More than there will ever be. */
const KINDS_MAX = 200

/** undefined until they are there. */
export function useKinds(): ReadonlyMap<string, Kind> | undefined {
  const { data } = useRows('TaskVariant', { limit: KINDS_MAX })
  const language = useLanguage()
  const label = useKindLabel()
  return useMemo(() => {
    const said = (text: string | null) => text !== null && language === 'de' ? KINDS_DE[text] ?? text : text
    return data === undefined ? undefined : new Map(data.map(row => [row.id, {
      name: row.id, label: label(row.id), does: said(textOrNull(row['does'])) ?? '', lane: text(row['lane']), duty: text(row['duty']),
      refusal: said(textOrNull(row['refusal'])), givesUp: row['givesUp'] !== false,
    }]))
  }, [data, language, label])
}

/** What people call a kind; the name itself where this version does not know it. */
export function useKindLabel(): (variant: string) => string {
  const model = useModel()
  const labels = useMemo(() => new Map(model.variants('Task').map(({ name, label }) => [name, label])), [model])
  return useCallback(variant => labels.get(variant) ?? variant, [labels])
}

export function useDutyLabel(): (duty: string) => string {
  const model = useModel()
  return duty => model.enum('ClusterTaskType').find(({ name }) => name === duty)?.label ?? duty
}
