/** A button that opens a menu of actions. */
import { Menu as Base } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { useRef } from 'react'
import { landmarkOf } from './landmark.ts'
import css from './popup.module.css'

export interface MenuAction {
  readonly label: string
  readonly icon?: ReactNode
  readonly danger?: boolean
  readonly disabled?: boolean
  run(this: void): void
}
/** Changes nothing but itself: the menu stays open. */
export interface MenuCheck {
  readonly key: string
  readonly label: string
  readonly checked: boolean
  readonly disabled: boolean
  change(this: void, to: boolean): void
}
export interface MenuChoice {
  readonly label: string
  readonly value: string
  readonly options: readonly { readonly value: string; readonly label: string }[]
  choose(this: void, value: string): void
}

/** `trigger` is a Button. The menu stands in the same landmark of the page, so that it is found where it was opened. */
export function Menu({ trigger, actions, choices = [], checks = [], head }: {
  readonly trigger: ReactElement<Record<string, unknown>>
  readonly actions: readonly MenuAction[]
  readonly choices?: readonly MenuChoice[]
  readonly checks?: readonly MenuCheck[]
  readonly head?: ReactNode
}) {
  const landmark = useRef<HTMLElement | null>(null)
  return (
    <Base.Root>
      <Base.Trigger render={trigger} ref={(button: HTMLElement | null) => { landmark.current = landmarkOf(button) }} />
      <Base.Portal container={landmark} className={css['portal']}>
        <Base.Positioner sideOffset={4} align="end" className={css['positioner']}>
          <Base.Popup className={css['menu']}>
            {head === undefined ? null : <div className={css['head']}>{head}</div>}
            {choices.map(choice => (
              <Base.Group key={choice.label}>
                <Base.GroupLabel className={css['label']}>{choice.label}</Base.GroupLabel>
                <Base.RadioGroup value={choice.value} onValueChange={value => { choice.choose(String(value)) }}>
                  {choice.options.map(option => (
                    <Base.RadioItem key={option.value} value={option.value} className={css['item']} closeOnClick={false}>
                      <span className={css['dot']} aria-hidden="true" />
                      {option.label}
                    </Base.RadioItem>
                  ))}
                </Base.RadioGroup>
              </Base.Group>
            ))}
            {checks.map(({ key, label, checked, disabled, change }) => (
              <Base.CheckboxItem key={key} checked={checked} disabled={disabled} onCheckedChange={change} closeOnClick={false} className={css['item']}>
                <span className={css['box']} aria-hidden="true">{checked ? <Check /> : null}</span>
                {label}
              </Base.CheckboxItem>
            ))}
            {choices.length + checks.length > 0 && actions.length > 0 ? <Base.Separator className={css['separator']} /> : null}
            {actions.map(({ label, icon, danger = false, disabled = false, run }) => (
              <Base.Item key={label} disabled={disabled} onClick={run} className={`${css['item']} ${danger ? css['danger'] : ''}`}>
                {icon}
                {label}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
