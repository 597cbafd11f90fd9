/** Changes what may be changed of a task; of one that runs, as soon as its node has stopped the run. */
import type { Model } from '../../../../src/jmap-client/model.ts'
import type { Row } from '../../api/hooks.ts'
import { FormFrame } from '../../forms/form-frame.tsx'
import { FormSections } from '../../forms/form-sections.tsx'
import { useForm } from '../../forms/use-form.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { toast } from '../../parts/toast.tsx'
import { COMMON_FIELDS, taskOf } from './task.ts'
import { useTaskTexts } from './texts.ts'

/** Besides its status, which the actions change. */
export function editableFields(model: Model, variant: string): readonly string[] {
  const fields = model.variants('Task').find(({ name }) => name === variant)?.fields
  return [...fields ?? []].flatMap(([name, { update }]) => update === 'mutable' && !COMMON_FIELDS.includes(name) ? [name] : [])
}

export function EditTask({ row, onClose }: { readonly row: Row; readonly onClose: () => void }) {
  const t = useTaskTexts()
  const form = useForm({ object: 'Task', id: row.id, stored: row })
  const runs = taskOf(row).running !== null
  return (
    <Dialog open wide title={t.edit.title} onClose={onClose} {...(runs ? { text: t.edit.running } : {})}>
      <FormFrame
        form={form} onCancel={onClose}
        onSaved={() => {
          toast(runs ? { title: t.edit.saved, text: t.edit.requested } : { title: t.edit.saved })
          onClose()
        }}
      >
        <FormSections form={form} omit={COMMON_FIELDS} />
      </FormFrame>
    </Dialog>
  )
}
