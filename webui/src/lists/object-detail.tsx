/** One object of any kind: its fields in the sections of its form, with edit and delete for those who may. */
import type { ReactNode } from 'react'
import type { JsonObject } from '../../../src/base/json.ts'
import { useMay, useModel } from '../api/context.ts'
import { failureOf } from '../api/failure.ts'
import { useObject } from '../api/hooks.ts'
import { ButtonLink } from '../parts/button.tsx'
import { CopyId } from '../parts/copy-id.tsx'
import { FailurePanel } from '../parts/failure-panel.tsx'
import { Page, Panel } from '../parts/page.tsx'
import { Skeleton } from '../parts/states.tsx'
import { useTexts } from '../texts/language.ts'
import css from './object-detail.module.css'
import { DeleteButton } from './delete-button.tsx'
import { labelOf, singletonLabel } from './label.ts'
import { Value } from './value.tsx'
import { wordsOf } from './words.ts'

export function ObjectDetailPage({ object, id, titleOf, actions, edit, destroyText, omit, above, children }: {
  readonly object: string
  readonly id: string
  /** Instead of the label that the schema names. */
  readonly titleOf?: (value: JsonObject) => string
  readonly actions?: ReactNode
  /** Where it is changed; null: one of the actions leads there. Left out: the form of the schema. */
  readonly edit?: string | null
  /** What follows when it is destroyed; left out: that it cannot be undone. */
  readonly destroyText?: ReactNode
  /** Fields that are shown elsewhere on the page. */
  readonly omit?: readonly string[] | 'all'
  /** Above the fields; the children are below them. */
  readonly above?: ReactNode
  readonly children?: ReactNode
}) {
  const t = useTexts()
  const model = useModel()
  const may = useMay()
  const { data, error, refetch } = useObject(object, id)
  const described = model.list(object)
  const singular = described?.singularName ?? object
  const isSingleton = model.object(object)?.kind === 'singleton'
  const nameOf = titleOf ?? (value => labelOf(described?.labelProperty ?? null, value))
  const title = isSingleton ? singletonLabel(model, object) : data === undefined || data === null ? wordsOf(singular) : nameOf(data)
  return (
    <Page
      title={title} subtitle={isSingleton ? model.object(object)?.description : <>{wordsOf(singular)} <CopyId id={id} /></>}
      actions={data === undefined || data === null ? undefined : <>
        {actions}
        {edit !== null && may(object, 'Update') ? <ButtonLink to={edit ?? `/manage/o/${object}/${encodeURIComponent(id)}/edit`}>{t.action.edit}</ButtonLink> : null}
        <DeleteButton
          object={object} id={id} label={t.action.destroy} title={t.list.destroyTitle(1, singular, singular)} text={destroyText ?? t.list.destroyText}
          done={t.list.destroyed(1)}
        />
      </>}
    >
      {error === null ? null : <FailurePanel failure={failureOf(error)} onRetry={() => { void refetch() }} />}
      {data === null ? <FailurePanel failure={{ kind: 'notFound', detail: null }} /> : null}
      {data === undefined && error === null ? <Skeleton lines={8} /> : null}
      {data === undefined || data === null ? null : <>
        {above}
        {omit === 'all' ? null : <ObjectFields object={object} value={data} {...(omit === undefined ? {} : { omit })} />}
        {children}
      </>}
    </Page>
  )
}

/** The fields of one object as panels, one a section of its form. */
export function ObjectFields({ object, value, omit = [] }: {
  readonly object: string
  readonly value: JsonObject
  readonly omit?: readonly string[]
}) {
  const model = useModel()
  const variant = model.variants(object).find(({ name }) => name === null || name === value['@type'])
  if (variant === undefined) return null
  const sections = model.sections(object, variant.name).map(({ title, fields }) => ({ title, fields: fields.filter(({ name }) => !omit.includes(name)) }))
  return sections.filter(({ fields }) => fields.length > 0).map(({ title, fields }, index) => (
    <Panel key={index} title={title ?? variant.label}>
      <dl className={css['fields']}>
        {fields.map(({ name, label }) => (
          <div key={name}>
            <dt>{label}</dt>
            <dd><Value value={value[name]} type={variant.fields.get(name)?.type ?? null} /></dd>
          </div>
        ))}
      </dl>
    </Panel>
  ))
}
