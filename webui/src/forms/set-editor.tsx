/** Members of a set: boxes for a few known ones, else chips with a place to add more. */
import { Plus, X } from 'lucide-react'
import { useId, useState } from 'react'
import { isJsonObject } from '../../../src/base/json.ts'
import { Button } from '../parts/button.tsx'
import input from '../parts/input.module.css'
import { Select } from '../parts/select.tsx'
import { Reference } from '../lists/value.tsx'
import { useTexts } from '../texts/language.ts'
import type { EditorProps } from './editor-props.ts'
import { control } from './editor-props.ts'
import css from './field.module.css'
import { ReferenceEditor } from './reference-editor.tsx'

type Props = EditorProps<'set'>

/** Between names that are typed or pasted at once. */
const SEPARATORS = /[\s,;]+/
/** More than so many are chosen from a list instead. */
const BOXES_MAX = 16

export function SetEditor(props: Props) {
  const { type: { class: members }, value, onChange, form: { model } } = props
  const chosen = new Set(isJsonObject(value) ? Object.keys(value).filter(key => value[key] === true) : [])
  const change = (next: Iterable<string>) => { onChange(Object.fromEntries([...next].map(key => [key, true]))) }
  if (members.type === 'enum') {
    const known = model.enum(members.enumName)
    return known.length <= BOXES_MAX
      ? <Boxes {...props} options={known} chosen={chosen} change={change} />
      : <Chips {...props} chosen={chosen} change={change} options={known} />
  }
  return <Chips {...props} chosen={chosen} change={change} options={null} />
}

interface Choice { readonly name: string; readonly label: string; readonly explanation?: string | undefined }
/** What stands in the place to add more, and the members of before. */
interface Typing { readonly text: string; readonly settled: ReadonlySet<string> }
interface Parts {
  readonly chosen: ReadonlySet<string>
  readonly change: (next: Iterable<string>) => void
}

function Boxes({ options, chosen, change, disabled, invalid, describedBy }: Props & Parts & { readonly options: readonly Choice[] }) {
  return (
    <div className={css['checks']}>
      {options.map(({ name, label, explanation }) => (
        <label key={name}>
          <input
            type="checkbox" checked={chosen.has(name)} disabled={disabled} aria-invalid={invalid} aria-describedby={describedBy}
            onChange={event => { change(event.target.checked ? [...chosen, name] : [...chosen].filter(each => each !== name)) }}
          />
          <span>{label}{explanation === undefined ? null : <small>{explanation}</small>}</span>
        </label>
      ))}
    </div>
  )
}

function Chips({ options, chosen, change, ...props }: Props & Parts & { readonly options: readonly Choice[] | null }) {
  const t = useTexts()
  const { type: { class: members }, disabled } = props
  const [typing, setTyping] = useState<Typing | null>(null)
  // What is being typed counts already, so that who saves with a key or comes back to a draft has it; a chip it becomes later.
  const settled = typing?.settled ?? chosen
  const type = (text: string) => {
    setTyping({ text, settled })
    change(new Set([...settled, ...text.split(SEPARATORS).filter(name => name !== '')]))
  }
  const add = (names: readonly string[]) => {
    const fresh = names.filter(name => name !== '' && !chosen.has(name))
    if (fresh.length > 0) change([...chosen, ...fresh])
  }
  const nameOf = (each: string) => options?.find(({ name }) => name === each)?.label ?? each
  return (
    <div className={css['rows']}>
      {settled.size === 0 ? <span className={css['help']}>{t.form.notSet}</span> : (
        <ul className={css['chips']}>
          {[...settled].map(each => (
            <li key={each} className={css['chip']}>
              {members.type === 'objectId' ? <Reference object={members.objectName} id={each} /> : nameOf(each)}
              <Button kind="quiet" iconOnly icon={<X aria-hidden="true" />} disabled={disabled} onClick={() => { change([...chosen].filter(other => other !== each)) }}>
                {`${t.action.remove}: ${nameOf(each)}`}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Adder {...props} options={options} chosen={chosen} add={add} typed={typing?.text ?? ''} onType={type} onTyped={() => { setTyping(null) }} />
    </div>
  )
}

interface AdderProps {
  readonly options: readonly Choice[] | null
  readonly chosen: ReadonlySet<string>
  readonly add: (names: readonly string[]) => void
  readonly typed: string
  readonly onType: (text: string) => void
  /** It is complete. */
  readonly onTyped: () => void
}

function Adder({ options, chosen, add, typed, onType, onTyped, ...props }: Props & AdderProps) {
  const t = useTexts()
  const id = useId()
  const { type: { class: members }, disabled, label } = props
  if (options !== null) {
    const left = options.filter(({ name }) => !chosen.has(name)).map(each => ({ value: each.name, label: each.label }))
    return <Select {...control(props)} label={`${t.action.add}: ${label}`} placeholder={t.action.add} value={null} options={left} onChange={next => { add([next ?? '']) }} />
  }
  if (members.type === 'objectId') {
    return <ReferenceEditor {...props} id={id} label={`${t.action.add}: ${label}`} type={members} value={undefined} onChange={next => { add(typeof next === 'string' ? [next] : []) }} />
  }
  return (
    <span className={css['row']}>
      <input
        {...control(props)} className={input['input']} aria-label={`${t.action.add}: ${label}`} value={typed} autoComplete="off" spellCheck={false}
        onChange={event => { onType(event.target.value) }} onBlur={onTyped}
        onKeyDown={event => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          onTyped()
        }}
      />
      <Button icon={<Plus aria-hidden="true" />} disabled={disabled || typed.trim() === ''} onClick={onTyped}>{t.action.add}</Button>
    </span>
  )
}
