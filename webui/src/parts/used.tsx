/** How much of a limit is used, as a bar and in words. `limit` null: there is none, and so no bar. */
import { bytesText } from './duration.ts'
import { useLanguage, useTexts } from '../texts/language.ts'
import css from './used.module.css'

const NEARLY = 0.9

export function Used({ used, limit, label, bytes = false }: {
  readonly used: number
  readonly limit: number | null
  /** What is used, for screen readers. */
  readonly label: string
  readonly bytes?: boolean
}) {
  const t = useTexts()
  const language = useLanguage()
  const write = (value: number) => bytes ? bytesText(value, language) : new Intl.NumberFormat(language).format(value)
  if (limit === null) return <span>{write(used)}</span>
  const share = limit === 0 ? 1 : used / limit
  const tone = share >= 1 ? 'full' : share >= NEARLY ? 'nearly' : 'fine'
  const words = t.used.of(write(used), write(limit))
  return (
    <span className={css['used']}>
      <span className={css['track']} role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={limit} aria-valuenow={Math.min(used, limit)} aria-valuetext={words}>
        <span className={`${css['bar']} ${css[tone]}`} style={{ width: `${Math.min(1, share) * 100}%` }} />
      </span>
      <span className={tone === 'fine' ? undefined : css[`${tone}Words`]}>{words}{tone === 'full' ? `, ${t.used.full}` : ''}</span>
    </span>
  )
}
