/**
 * The editor of one value: which one, the table says that the form brings (editors.tsx). Editors of groups come back
 * here for what is inside of them.
 */
import type { ComponentType } from 'react'
import { createContext, useContext } from 'react'
import type { FieldType } from '../../../src/jmap-client/schema.ts'
import type { EditorProps, Kind } from './editor-props.ts'

export type Editors = { readonly [K in Kind]: ComponentType<EditorProps<K>> }

export const EditorsContext = createContext<Editors | null>(null)

const GROUPS: readonly Kind[] = ['object', 'objectList', 'set', 'map']

/** It has more than one control: a legend names it, not a label. */
export function isGroup(type: FieldType): boolean {
  return GROUPS.includes(type.type)
}

export function Editor(props: EditorProps) {
  const editors = useContext(EditorsContext)
  if (editors === null) throw new Error('a field stands outside of a FormFrame')
  // The table holds for each kind what takes that kind; the compiler cannot see that the two go together.
  const Found = editors[props.type.type] as ComponentType<EditorProps>
  return <Found {...props} />
}
