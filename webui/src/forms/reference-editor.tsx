/** A reference to another object, chosen by its name. */
import { ObjectPicker } from '../lists/object-picker.tsx'
import { bare } from '../../../src/jmap-client/model.ts'
import type { EditorProps } from './editor-props.ts'

export function ReferenceEditor({ type, id, label, value, onChange, disabled, invalid, describedBy }: EditorProps<'objectId'>) {
  return (
    <ObjectPicker
      object={bare(type.objectName)} id={id} label={label} value={typeof value === 'string' && value !== '' ? value : null} disabled={disabled} invalid={invalid} describedBy={describedBy}
      onChange={next => { onChange(next ?? undefined) }}
    />
  )
}
