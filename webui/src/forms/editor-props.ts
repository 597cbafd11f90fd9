/** What every editor gets, and what every control of a field has. */
import type { Json } from '../../../src/base/json.ts'
import { isJsonObject } from '../../../src/base/json.ts'
import type { FieldType } from '../../../src/jmap-client/schema.ts'
import type { Path } from './path.ts'
import type { Form } from './use-form.ts'

export type Kind = FieldType['type']
export type TypeOf<K extends Kind> = Extract<FieldType, { readonly type: K }>

export interface EditorProps<K extends Kind = Kind> {
  readonly id: string
  readonly form: Form
  readonly path: Path
  readonly label: string
  readonly type: TypeOf<K>
  readonly value: Json | undefined
  readonly disabled: boolean
  readonly invalid: boolean
  /** Ids of help and problem. */
  readonly describedBy: string
  readonly needed: boolean
  /** undefined: nothing. */
  onChange(this: void, value: Json | undefined): void
}

export function control({ id, disabled, invalid, describedBy, needed }: Pick<EditorProps, 'id' | 'disabled' | 'invalid' | 'describedBy' | 'needed'>) {
  return { id, disabled, 'aria-invalid': invalid, 'aria-describedby': describedBy, 'aria-required': needed } as const
}

export function textOf(value: Json | undefined): string {
  return value === undefined || value === null || isJsonObject(value) ? '' : String(value)
}
