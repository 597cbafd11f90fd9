/** Numbers with a unit, as the language writes them. */
import { useLanguage, useTexts } from '../texts/language.ts'
import { bytesText, durationText } from './duration.ts'
import css from './amounts.module.css'

export function Duration({ ms }: { readonly ms: number }) {
  const t = useTexts()
  return <span>{durationText(ms, t.time.units, useLanguage())}</span>
}

export function Bytes({ value }: { readonly value: number }) {
  return <span>{bytesText(value, useLanguage())}</span>
}

export function Count({ value }: { readonly value: number }) {
  return <span>{new Intl.NumberFormat(useLanguage()).format(value)}</span>
}

/** `of` null: it goes on, nobody knows how far. */
export function Progress({ value, of, label }: { readonly value: number; readonly of: number | null; readonly label: string }) {
  const language = useLanguage()
  const share = of === null || of === 0 ? null : Math.min(1, value / of)
  const text = share === null ? new Intl.NumberFormat(language).format(value) : new Intl.NumberFormat(language, { style: 'percent' }).format(share)
  return (
    <span className={css['progress']}>
      <span
        className={css['track']} role="progressbar" aria-label={label} aria-valuetext={text}
        {...(share === null ? {} : { 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': Math.round(share * 100) })}
      >
        <span className={share === null ? css['unknown'] : css['bar']} style={share === null ? undefined : { width: `${share * 100}%` }} />
      </span>
      <span>{text}</span>
    </span>
  )
}
