/** One role: what it gives, who uses it, what a change will move before it is saved, and that it happens after. */
import { Link } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import type { Json, JsonObject } from '../../../../src/base/json.ts'
import { isJsonObject } from '../../../../src/base/json.ts'
import type { ClusterNode, Lane } from '../../api/cluster.ts'
import { useMay, useModel } from '../../api/context.ts'
import type { Row } from '../../api/hooks.ts'
import { useRows } from '../../api/hooks.ts'
import { usePreview } from '../../api/use-preview.ts'
import { Field } from '../../forms/field.tsx'
import { FormFrame } from '../../forms/form-frame.tsx'
import type { Form } from '../../forms/use-form.ts'
import { useForm } from '../../forms/use-form.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { Panel } from '../../parts/page.tsx'
import { PreviewPanel } from '../../parts/preview-panel.tsx'
import { Status } from '../../parts/status.tsx'
import { toast } from '../../parts/toast.tsx'
import { useQuestion } from '../../parts/use-question.ts'
import { Warning } from '../../parts/warning.tsx'
import { useDutyTexts } from '../../texts/duties.ts'
import { GroupEditor } from './group-editor.tsx'
import { Happening } from './happening.tsx'
import { PreviewDetails } from './preview-panel.tsx'
import type { Preview } from './preview.ts'
import { previewOf, uncoveredBy } from './preview.ts'
import { closesHere } from './closes-here.ts'
import css from './roles.module.css'
import { useRoleTexts } from './texts.ts'

export interface Cluster { readonly nodes: readonly ClusterNode[]; readonly lanes: readonly Lane[] }
/** What was saved, and how the cluster was then. */
interface Saved { readonly preview: Preview; readonly lanes: readonly Lane[] }

export function RoleEditor({ stored, name, cluster, onSaved }: {
  /** null: a new one. */
  readonly stored: Row | null
  /** Of a new one, when it is known. */
  readonly name: string
  readonly cluster: Cluster
  readonly onSaved: (name: string) => void
}) {
  const t = useRoleTexts()
  const may = useMay()
  const form = useForm({ object: 'ClusterRole', id: stored?.id ?? null, ...(stored === null ? { initial: { name } } : { stored }) })
  const isNew = stored === null
  const change = isNew ? { create: { n: form.changes } } : form.dirty ? { update: { [stored.id]: form.changes } } : null
  const foresight = usePreview('ClusterRole', change, previewOf)
  const question = useQuestion<Preview>()
  const [saved, setSaved] = useState<Saved | null>(null)
  /** What was foretold of the change that is being saved. */
  const foretold = useRef<Preview | null>(null)
  const isHere = (of: Preview) => closesHere(of, cluster.nodes, location)
  const finish = () => {
    const title = String(form.value['name'])
    if (foretold.current !== null && !isNew) setSaved({ preview: foretold.current, lanes: cluster.lanes })
    toast({ title: isNew ? t.made(title) : t.saved(title) })
    onSaved(title)
  }
  // What leaves work without a node, or this console without its listener, is asked about first.
  const confirm = async () => {
    const coming = foretold.current = await foresight.ask()
    return coming === null || coming.refused !== null || (uncoveredBy(coming).length === 0 && !isHere(coming)) || question.ask(coming)
  }
  const asked = question.about
  const readOnly = !may('ClusterRole', isNew ? 'Create' : 'Update')
  return (
    <div className={css['columns']}>
      <div className={css['form']}>
        {readOnly ? <><p className={css['soft']}>{t.readOnly}</p><Groups form={form} cluster={cluster} disabled /></> : (
          <FormFrame form={form} confirm={confirm} onSaved={finish}>
            <Panel title={t.about}>
              <div className={css['fields']}>
                <Field form={form} path={['name']} />
                <Field form={form} path={['description']} />
              </div>
            </Panel>
            <Groups form={form} cluster={cluster} disabled={false} />
          </FormFrame>
        )}
      </div>
      <div className={css['side']}>
        <Users name={String(form.value['name'] ?? '')} nodes={cluster.nodes} />
        {saved === null || form.dirty ? null : <Happening saved={saved.preview} before={saved.lanes} nodes={cluster.nodes} lanes={cluster.lanes} />}
        {readOnly || (saved !== null && !form.dirty) ? null : (
          <PreviewPanel asked={foresight} changed={change !== null} noChange={t.noChange}>
            {preview => <PreviewDetails preview={preview} nodes={cluster.nodes} here={isHere(preview)} />}
          </PreviewPanel>
        )}
      </div>
      {asked === null ? null : (
        <ConfirmDialog
          open onClose={() => { question.answer(false) }} onConfirm={() => { question.answer(true) }} danger
          title={uncoveredBy(asked).length > 0 ? t.confirmTitle : t.confirmHere} text={t.confirmText} action={t.confirm}
        >
          {uncoveredBy(asked).length > 0 ? <Warning bad>{t.uncovered(uncoveredBy(asked).map(({ id }) => id).join(', '))}</Warning> : null}
          {isHere(asked) ? <Warning bad>{t.here}</Warning> : null}
        </ConfirmDialog>
      )}
    </div>
  )
}

function Groups({ form, cluster, disabled }: { readonly form: Form; readonly cluster: Cluster; readonly disabled: boolean }) {
  const t = useRoleTexts()
  return <>
    <Panel title={t.dutiesTitle}><Duties form={form} cluster={cluster} disabled={disabled} /></Panel>
    <Panel title={t.listenersTitle}><Listeners form={form} disabled={disabled} /></Panel>
  </>
}

function Duties({ form, cluster, disabled }: Parameters<typeof Groups>[0]) {
  const t = useRoleTexts()
  const texts = useDutyTexts()
  const members = useModel().enum('ClusterTaskType').map(({ name, label }) => {
    const others = cluster.nodes.filter(node => node.status === 'active' && node.role !== form.value['name'] && node.duties.includes(name)).length
    const text = texts[name]
    return {
      id: name, name: text?.name ?? label,
      help: <>{text?.what} {others > 0 ? t.others(others) : <span className={css['bad']}>{text === undefined ? t.nobodyElse : t.withoutIt(text.without)}</span>}</>,
    }
  })
  return (
    <GroupEditor
      group={groupOf(form.value['tasks'])} property="taskTypes" members={members} legend={t.dutiesTitle} ticks={t.tickDuties} choices={t.dutyChoices}
      disabled={disabled} onChange={group => { form.set(['tasks'], group) }}
    />
  )
}

const LISTENERS_MAX = 500

function Listeners({ form, disabled }: { readonly form: Form; readonly disabled: boolean }) {
  const t = useRoleTexts()
  const { data = [] } = useRows('NetworkListener', { limit: LISTENERS_MAX })
  const members = data.map(row => ({
    id: row.id, name: String(row['name']), help: `${String(row['protocol'])} ${isJsonObject(row['bind']) ? Object.keys(row['bind']).join(', ') : ''}`,
  }))
  return (
    <GroupEditor
      group={groupOf(form.value['listeners'])} property="listenerIds" members={members} legend={t.listenersTitle} ticks={t.tickListeners} choices={t.listenerChoices}
      disabled={disabled} empty={t.noListeners} onChange={group => { form.set(['listeners'], group) }}
    />
  )
}

function Users({ name, nodes }: { readonly name: string; readonly nodes: readonly ClusterNode[] }) {
  const t = useRoleTexts()
  const using = nodes.filter(node => node.status === 'active' && node.role === name)
  return (
    <Panel title={t.nowTitle}>
      {using.length === 0 ? <p className={css['soft']}>{t.unused}</p> : <>
        <Status tone="good">{t.usedBy(using.length)}</Status>
        <p className={css['names']}>{using.map(({ id, hostname }) => <Link key={id} to={`/manage/cluster/nodes/${encodeURIComponent(id)}`}>{hostname}</Link>)}</p>
      </>}
    </Panel>
  )
}

function groupOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : { '@type': 'EnableAll' }
}
