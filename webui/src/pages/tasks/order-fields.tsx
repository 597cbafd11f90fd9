/** The two things that an action on tasks may want to know: until when, and why. */
import { useId } from 'react'
import input from '../../parts/input.module.css'
import { fromLocalInput, localInput } from '../../parts/local-input.ts'
import { zoneName } from '../../parts/moment.ts'
import { useTexts } from '../../texts/language.ts'
import { useTaskTexts } from './texts.ts'

/** A moment in the viewer's zone; `value` as the server takes it. */
export function MomentField({ label, value, onChange, error = null }: {
  readonly label: string
  readonly value: string | null
  readonly onChange: (value: string | null) => void
  readonly error?: string | null
}) {
  const t = useTexts()
  const id = useId()
  const zone = zoneName()
  return (
    <label className={input['field']} htmlFor={id}>
      <span>{label}</span>
      <input
        id={id} type="datetime-local" className={input['input']} defaultValue={value === null ? '' : localInput(value, 'minute')} required
        aria-invalid={error !== null || undefined} aria-describedby={`${id}-hint`}
        onChange={event => { onChange(fromLocalInput(event.target.value)) }}
      />
      <small id={`${id}-hint`}>{error ?? t.form.localTime(zone)}</small>
    </label>
  )
}

export function ReasonField({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const { bulk } = useTaskTexts()
  const id = useId()
  return (
    <label className={input['field']} htmlFor={id}>
      <span>{bulk.reason}</span>
      <input
        id={id} className={input['input']} value={value} maxLength={REASON_MAX} aria-describedby={`${id}-hint`}
        onChange={event => { onChange(event.target.value) }}
      />
      <small id={`${id}-hint`}>{bulk.reasonHint}</small>
    </label>
  )
}
/** Characters, as the server allows. */
const REASON_MAX = 1_000
