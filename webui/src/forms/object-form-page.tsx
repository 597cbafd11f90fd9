/** Create (`id` null) or change one object of any kind with the form that its schema gives. */
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { JsonObject } from '../../../src/base/json.ts'
import { useModel } from '../api/context.ts'
import { failureOf } from '../api/failure.ts'
import type { Row } from '../api/hooks.ts'
import { useObject } from '../api/hooks.ts'
import { labelOf, singletonLabel } from '../lists/label.ts'
import { listAddress, objectAddress } from '../lists/places.ts'
import { wordsOf } from '../lists/words.ts'
import { FailurePanel } from '../parts/failure-panel.tsx'
import { Page, Panel } from '../parts/page.tsx'
import { Select } from '../parts/select.tsx'
import { Skeleton } from '../parts/states.tsx'
import { toast } from '../parts/toast.tsx'
import { useTexts } from '../texts/language.ts'
import { CreatedSecrets } from './created-secrets.tsx'
import { FormFrame } from './form-frame.tsx'
import { FormSections } from './form-sections.tsx'
import { VARIANT } from './shape.ts'
import { useForm } from './use-form.ts'

interface Props {
  readonly object: string
  readonly id: string | null
  /** Put over the defaults of a new one. */
  readonly initial?: JsonObject
  /** Instead of going to the object. */
  readonly onSaved?: (row: Row) => void
}

export function ObjectFormPage(props: Props) {
  return props.id === null ? <CreatePage {...props} /> : <EditPage {...props} id={props.id} />
}

function CreatePage({ object, initial, onSaved }: Props) {
  const t = useTexts()
  const model = useModel()
  const navigate = useNavigate()
  const form = useForm({ object, id: null, ...(initial === undefined ? {} : { initial }) })
  const [created, setCreated] = useState<Row | null>(null)
  const singular = model.list(object)?.singularName ?? object
  const variants = model.variants(object)
  const leave = (row: Row) => {
    if (onSaved !== undefined) onSaved(row)
    else void navigate({ to: objectAddress(object, row.id) })
  }
  return (
    <Page title={t.list.create(singular)} subtitle={model.object(object)?.description}>
      <FormFrame
        form={form} onCancel={() => { void navigate({ to: listAddress(object) }) }}
        onSaved={row => {
          toast({ title: t.form.created })
          // What is told once is shown before the page is left.
          if (Object.keys(row).length > 1) setCreated(row)
          else leave(row)
        }}
      >
        {variants.length < 2 ? null : (
          <Panel title={t.form.kind}>
            <Select
              label={t.form.kind} value={String(form.value[VARIANT])} options={variants.map(({ name, label }) => ({ value: name ?? '', label }))}
              onChange={next => { if (next !== null) form.setVariant(next) }}
            />
          </Panel>
        )}
        <FormSections form={form} />
      </FormFrame>
      {created === null ? null : <CreatedSecrets row={created} onClose={() => { leave(created) }} />}
    </Page>
  )
}

function EditPage({ object, id, ...rest }: Props & { readonly id: string }) {
  const model = useModel()
  const { data, error, refetch } = useObject(object, id)
  if (data !== undefined && data !== null) return <LoadedEditPage object={object} id={id} stored={data} {...rest} />
  return (
    <Page title={wordsOf(model.list(object)?.singularName ?? object)}>
      {error === null ? data === null ? <FailurePanel failure={{ kind: 'notFound', detail: null }} /> : <Skeleton lines={8} />
        : <FailurePanel failure={failureOf(error)} onRetry={() => { void refetch() }} />}
    </Page>
  )
}

function LoadedEditPage({ object, id, stored, onSaved }: Props & { readonly id: string; readonly stored: Row }) {
  const t = useTexts()
  const model = useModel()
  const navigate = useNavigate()
  const form = useForm({ object, id, stored })
  const list = model.list(object)
  const title = model.object(object)?.kind === 'singleton' ? singletonLabel(model, object) : labelOf(list?.labelProperty ?? null, stored)
  const back = () => { void navigate({ to: objectAddress(object, id) }) }
  return (
    <Page title={`${t.action.edit}: ${title}`} subtitle={model.object(object)?.description}>
      <FormFrame
        form={form} onCancel={back}
        onSaved={row => {
          toast({ title: t.form.saved })
          if (onSaved === undefined) back()
          else onSaved(row)
        }}
      >
        <FormSections form={form} />
      </FormFrame>
    </Page>
  )
}
