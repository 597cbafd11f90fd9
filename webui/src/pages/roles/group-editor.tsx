/** All, none, only these, all but some: a choice of four, and below it what is ticked. A tick always means that a node does it. */
import type { ReactNode } from 'react'
import { useId } from 'react'
import type { JsonObject } from '../../../../src/base/json.ts'
import type { Choice, MemberProperty } from './choice.ts'
import { CHOICES, choiceOf, includes, withChoice, withMember } from './choice.ts'
import css from './roles.module.css'

export interface Member { readonly id: string; readonly name: string; readonly help: ReactNode }

export function GroupEditor({ group, property, members, legend, ticks, choices, disabled, empty, onChange }: {
  readonly group: JsonObject
  readonly property: MemberProperty
  readonly members: readonly Member[]
  readonly legend: string
  readonly ticks: string
  readonly choices: Readonly<Record<Choice, { readonly name: string; readonly help: string }>>
  readonly disabled: boolean
  /** Said where there are no members. */
  readonly empty?: string
  readonly onChange: (group: JsonObject) => void
}) {
  const name = useId()
  const chosen = choiceOf(group)
  const all = members.map(({ id }) => id)
  const locked = disabled || chosen === 'EnableAll' || chosen === 'DisableAll'
  return <>
    <fieldset className={css['choices']}>
      <legend className="unseen">{legend}</legend>
      {CHOICES.map(choice => (
        <label key={choice} className={css['choice']}>
          <input
            type="radio" name={name} value={choice} checked={chosen === choice} disabled={disabled}
            onChange={() => { onChange(withChoice(group, property, choice, all)) }}
          />
          <b>{choices[choice].name}</b>
          <span>{choices[choice].help}</span>
        </label>
      ))}
    </fieldset>
    {members.length === 0 ? <p className={css['soft']}>{empty}</p> : (
      <fieldset className={css['ticks']} disabled={locked}>
        <legend>{ticks}</legend>
        {members.map(({ id, name: label, help }) => {
          const runs = includes(group, property, id)
          return (
            <label key={id} className={`${css['tick']} ${locked ? css['locked'] : ''} ${runs ? '' : css['off']}`}>
              <input type="checkbox" checked={runs} onChange={event => { onChange(withMember(group, property, id, event.target.checked)) }} />
              <b>{label}</b>
              <span>{help}</span>
            </label>
          )
        })}
      </fieldset>
    )}
  </>
}
