/** The settings as sentences: what is removed when; what is doubtful is marked. */
import { Check, TriangleAlert } from 'lucide-react'
import type { JsonObject } from '../../../../src/base/json.ts'
import { durationText } from '../../parts/duration.ts'
import { useLanguage, useTexts } from '../../texts/language.ts'
import type { Kept } from './keep.ts'
import { GROUP_NAMES, GROUPS, isDoubtful } from './keep.ts'
import css from './retention.module.css'
import { useRetentionTexts } from './texts.ts'

export function Words({ value }: { readonly value: JsonObject }) {
  const t = useRetentionTexts()
  const sentence = useSentence()
  return (
    <div className={css['words']} aria-live="polite">
      {GROUP_NAMES.map(name => (
        <div key={name}>
          <h3>{t.groups[name].title}</h3>
          <ul className={css['words']}>
            {GROUPS[name].map(kept => {
              const doubtful = isDoubtful(kept, value[kept.field])
              return (
                <li key={kept.field} className={doubtful ? css['doubt'] : undefined}>
                  {doubtful ? <TriangleAlert aria-hidden="true" /> : <Check aria-hidden="true" />}
                  <span>
                    {sentence(kept, value)}
                    {doubtful ? <span className={css['warn']}> {typeof value[kept.field] === 'number' ? t.short : t.noWayBack}</span> : null}
                  </span>
                </li>
              )
            })}
          </ul>
        </div>
      ))}
    </div>
  )
}

export function useSentence(): (kept: Kept, value: JsonObject) => string {
  const t = useRetentionTexts()
  const units = useTexts().time.units
  const language = useLanguage()
  return ({ field, counts }, value) => {
    const amount = value[field]
    const text = t.kept[field]
    if (typeof amount !== 'number') return text.empty
    return text.kept(counts === true ? new Intl.NumberFormat(language).format(amount) : durationText(amount, units, language))
  }
}
