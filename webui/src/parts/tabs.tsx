/** Sections of one page, of which one is seen; arrow keys move between them. */
import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'
import css from './tabs.module.css'

export interface Tab { readonly value: string; readonly label: ReactNode; readonly content: ReactNode }

export function Tabs({ tabs, value, onChange, label }: {
  readonly tabs: readonly Tab[]
  readonly value: string
  readonly onChange: (value: string) => void
  readonly label: string
}) {
  return (
    <Base.Root value={value} onValueChange={next => { onChange(String(next)) }}>
      <Base.List className={css['list']} aria-label={label}>
        {tabs.map(tab => <Base.Tab key={tab.value} value={tab.value} className={css['tab']}>{tab.label}</Base.Tab>)}
      </Base.List>
      {tabs.map(tab => <Base.Panel key={tab.value} value={tab.value} className={css['panel']}>{tab.content}</Base.Panel>)}
    </Base.Root>
  )
}
