/** How long the data of a deleted account is kept, as the settings say now. */
import { useObject } from '../../api/hooks.ts'
import { durationText } from '../../parts/duration.ts'
import { useLanguage, useTexts } from '../../texts/language.ts'

/** In words; null: not at all. Undefined: not known (yet), or not to be seen by this login. */
export function useKeptFor(): string | null | undefined {
  const t = useTexts()
  const language = useLanguage()
  const { data } = useObject('DataRetention', 'singleton', ['archiveDeletedAccountsFor'])
  if (data === undefined || data === null) return undefined
  const kept = data['archiveDeletedAccountsFor']
  return typeof kept === 'number' ? durationText(kept, t.time.units, language) : null
}
