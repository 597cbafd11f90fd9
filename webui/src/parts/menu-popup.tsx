/** What a menu opens: its words, and the keys that move among them. */
import { Menu as Base } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import type { FocusEvent } from 'react'
import { landmarkOf } from './landmark.ts'
import type { MenuContent } from './menu-content.ts'
import css from './popup.module.css'

export function MenuPopup({ open, byKey, onClose, button, labelledBy, actions, choices = [], checks = [], head }: MenuContent & {
  readonly open: boolean
  /** It was opened by a key. */
  readonly byKey: boolean
  readonly onClose: () => void
  readonly button: HTMLElement | null
  readonly labelledBy: string
}) {
  /** When it opens it gets the focus itself, and no entry is chosen; by a key it is the first one. */
  const onFocus = ({ target, currentTarget, relatedTarget }: FocusEvent) => {
    if (byKey && target === currentTarget && !currentTarget.contains(relatedTarget)) currentTarget.querySelector<HTMLElement>('[role^=menuitem]')?.focus()
  }
  return (
    <Base.Root open={open} onOpenChange={to => { if (!to) onClose() }}>
      <Base.Portal container={landmarkOf(button)} className={css['portal']}>
        <Base.Positioner anchor={button} sideOffset={4} align="end" className={css['positioner']}>
          <Base.Popup className={css['menu']} aria-labelledby={labelledBy} finalFocus={() => button} onFocus={onFocus}>
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
