/** Editors for what is typed as text. What cannot be read stays as it was typed: the form says so, and nothing is lost. */
import { Eye, EyeOff } from 'lucide-react'
import { useState } from 'react'
import type { Json } from '../../../src/base/json.ts'
import { Button } from '../parts/button.tsx'
import { numberInput, readNumber, readWhole } from '../parts/amount-text.ts'
import { durationInput, parseDuration, parseSize, sizeInput } from '../parts/duration.ts'
import input from '../parts/input.module.css'
import { fromLocalInput, localInput } from '../parts/local-input.ts'
import { zoneName } from '../parts/moment.ts'
import { useLanguage, useTexts } from '../texts/language.ts'
import type { EditorProps } from './editor-props.ts'
import { control, textOf } from './editor-props.ts'
import css from './field.module.css'
import { MASK } from './patch.ts'

const LONG = ['text', 'html']
const INPUT_TYPES: Readonly<Record<string, string>> = { emailAddress: 'email', uri: 'url' }

export function StringEditor(props: EditorProps<'string'>) {
  const { format } = props.type
  return format === 'secret' || format === 'secretText' ? <SecretEditor {...props} /> : <TextEditor {...props} />
}

function TextEditor(props: EditorProps<'string'>) {
  const { type: { format, maxLength }, value, onChange } = props
  const change = (text: string) => { onChange(text === '' ? undefined : text) }
  if (LONG.includes(format)) {
    return <textarea {...control(props)} className={input['input']} rows={4} value={textOf(value)} onChange={event => { change(event.target.value) }} />
  }
  return (
    <input
      {...control(props)} className={`${input['input']} ${css['wide']}`} type={INPUT_TYPES[format] ?? 'text'} maxLength={maxLength} autoComplete="off" spellCheck={false}
      value={textOf(value)} onChange={event => { change(event.target.value) }}
    />
  )
}

function SecretEditor(props: EditorProps<'string'>) {
  const t = useTexts()
  const [seen, setSeen] = useState(false)
  const { value, onChange, type } = props
  const stored = value === MASK
  const shared = {
    ...control(props), className: `${input['input']} ${css['wide']} ${css['mono']}`, autoComplete: 'new-password', spellCheck: false,
    placeholder: stored ? t.form.secretKept : undefined, value: stored ? '' : textOf(value),
  }
  const change = (text: string) => { onChange(text === '' ? undefined : text) }
  if (type.format === 'secretText') return <textarea {...shared} rows={6} onChange={event => { change(event.target.value) }} />
  return (
    <span className={css['row']}>
      <input {...shared} type={seen ? 'text' : 'password'} onChange={event => { change(event.target.value) }} />
      <Button kind="quiet" iconOnly icon={seen ? <EyeOff aria-hidden="true" /> : <Eye aria-hidden="true" />} onClick={() => { setSeen(!seen) }}>
        {seen ? t.form.secretHide : t.form.secretShow}
      </Button>
    </span>
  )
}

export function NumberEditor(props: EditorProps<'number'>) {
  const t = useTexts()
  const { type: { format } } = props
  const language = useLanguage()
  const formats = { duration: [parseDuration, durationInput], size: [parseSize, sizeInput], float: [readNumber, numberInput] } as const
  const [parse, write] = format === 'duration' || format === 'size' || format === 'float' ? formats[format] : [readWhole, String] as const
  return <Typed {...props} parse={text => parse(text, language)} write={value => write(value, language)} placeholder={format === 'duration' ? t.form.durationHint : undefined} mode={format === 'duration' || format === 'size' ? 'text' : 'decimal'} />
}

export function DateEditor(props: EditorProps<'utcDateTime'>) {
  const t = useTexts()
  const { value, onChange } = props
  return (
    <span className={css['row']}>
      <input
        {...control(props)} className={input['input']} type="datetime-local" step={1} value={localInput(textOf(value), 'second')}
        onChange={event => { onChange(fromLocalInput(event.target.value) ?? undefined) }}
      />
      <small>{t.form.localTime(zoneName())}</small>
    </span>
  )
}

/** While it has the focus it shows what was typed; else the value, written in full. */
function Typed({ parse, write, placeholder, mode, ...props }: EditorProps<'number'> & {
  readonly parse: (text: string) => number | null
  readonly write: (value: number) => string
  readonly placeholder: string | undefined
  readonly mode: 'text' | 'decimal'
}) {
  const { value, onChange } = props
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <input
      {...control(props)} className={`${input['input']} ${css['wide']}`} inputMode={mode} autoComplete="off" placeholder={placeholder}
      value={typed ?? shown(value, write)}
      onFocus={() => { setTyped(shown(value, write)) }} onBlur={() => { setTyped(null) }}
      onChange={event => {
        const text = event.target.value
        setTyped(text)
        onChange(text.trim() === '' ? undefined : parse(text) ?? text)
      }}
    />
  )
}

function shown(value: Json | undefined, write: (value: number) => string): string {
  return typeof value === 'number' ? write(value) : textOf(value)
}
