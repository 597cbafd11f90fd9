/** What a menu holds. */
import type { ReactNode } from 'react'

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

export interface MenuContent {
  readonly actions: readonly MenuAction[]
  readonly choices?: readonly MenuChoice[]
  readonly checks?: readonly MenuCheck[]
  readonly head?: ReactNode
}
