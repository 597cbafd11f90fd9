/** One listener: its settings in groups, and beside them where it runs and in which state. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { ClusterNode } from '../../api/cluster.ts'
import { useMay } from '../../api/context.ts'
import type { Row } from '../../api/hooks.ts'
import { usePreview } from '../../api/use-preview.ts'
import { Field } from '../../forms/field.tsx'
import { FormFrame } from '../../forms/form-frame.tsx'
import type { Form } from '../../forms/use-form.ts'
import { useForm } from '../../forms/use-form.ts'
import { ObjectFields } from '../../lists/object-detail.tsx'
import { AddressState } from '../../parts/address-state.tsx'
import { Count } from '../../parts/amounts.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { Panel } from '../../parts/page.tsx'
import { PreviewPanel } from '../../parts/preview-panel.tsx'
import { SimpleTable } from '../../parts/simple-table.tsx'
import { toast } from '../../parts/toast.tsx'
import { useQuestion } from '../../parts/use-question.ts'
import { Warning } from '../../parts/warning.tsx'
import css from './listeners.module.css'
import { PreviewDetails } from './preview-details.tsx'
import type { Preview } from './preview.ts'
import { endsHere, previewOf } from './preview.ts'
import { isHere, runningOf } from './running.ts'
import { useListenerTexts } from './texts.ts'

const OBJECT = 'NetworkListener'
const GENERAL = ['name', 'protocol', 'bind', 'maxConnections']
const TLS = ['useTls', 'tlsImplicit', 'tlsDisableProtocols', 'tlsDisableCipherSuites', 'tlsTimeout', 'tlsIgnoreClientOrder']
const PROXY = ['overrideProxyTrustedNetworks']
const SOCKET = ['socketBacklog', 'socketNoDelay', 'socketReusePort']
const SERVED = new Set(['http', 'smtp', 'lmtp'])

export function ListenerEditor({ stored, nodes, onSaved }: {
  /** null: a new one. */
  readonly stored: Row | null
  readonly nodes: readonly ClusterNode[]
  readonly onSaved: (name: string) => void
}) {
  const t = useListenerTexts()
  const may = useMay()
  const form = useForm({ object: OBJECT, id: stored?.id ?? null, ...(stored === null ? {} : { stored }) })
  const isNew = stored === null
  const change = !form.dirty ? null : isNew ? { create: { n: form.changes } } : { update: { [stored.id]: form.changes } }
  const foresight = usePreview(OBJECT, change, previewOf)
  const question = useQuestion<true>()
  const endsOwn = (of: Preview) => endsHere(of, nodes, location)
  const finish = () => {
    const name = String(form.value['name'])
    toast({ title: isNew ? t.made(name) : t.saved(name), text: t.follow })
    onSaved(name)
  }
  // What takes this console its address away is asked about first; what may, when the server cannot tell.
  const confirm = async () => {
    const coming = await foresight.ask()
    const asks = coming === null ? stored !== null && isHere(runningOf(String(stored['name']), nodes), location) : endsOwn(coming)
    return !asks || question.ask(true)
  }
  const readOnly = !isNew && !may(OBJECT, 'Update')
  return (
    <div className={css['columns']}>
      <div className={css['form']}>
        {readOnly ? <><p className={css['soft']}>{t.readOnly}</p><ObjectFields object={OBJECT} value={stored} /></> : (
          <FormFrame form={form} confirm={confirm} onSaved={finish}>
            <Group form={form} title={t.general} fields={GENERAL}>
              {SERVED.has(String(form.value['protocol'])) ? null : <Warning>{t.unservedProtocol}</Warning>}
            </Group>
            <Group form={form} title={t.tlsTitle} help={<>{t.tlsHelp} {may('Certificate', 'Query') ? <Link to="/manage/certificates">{t.certificates}</Link> : null}</>} fields={TLS} />
            <Group form={form} title={t.proxy} help={t.proxyHelp} fields={PROXY} />
            <Group form={form} title={t.socket} help={t.socketHelp} fields={SOCKET} />
          </FormFrame>
        )}
      </div>
      <div className={css['side']}>
        {readOnly ? null : (
          <PreviewPanel asked={foresight} changed={change !== null} noChange={t.preview.noChange}>
            {preview => <PreviewDetails preview={preview} here={endsOwn(preview)} />}
          </PreviewPanel>
        )}
        <Panel title={t.where}>{isNew ? <p className={css['soft']}>{t.afterSave}</p> : <Where name={String(stored['name'])} nodes={nodes} />}</Panel>
      </div>
      <ConfirmDialog
        open={question.about !== null} onClose={() => { question.answer(false) }} onConfirm={() => { question.answer(true) }} danger
        title={t.hereTitle} text={t.here} action={t.confirm}
      />
    </div>
  )
}

function Group({ form, title, help, fields, children }: {
  readonly form: Form
  readonly title: string
  readonly help?: ReactNode
  readonly fields: readonly string[]
  readonly children?: ReactNode
}) {
  return (
    <Panel title={title}>
      {help === undefined ? null : <p className={css['help']}>{help}</p>}
      <div className={css['fields']}>
        {fields.map(field => <Field key={field} form={form} path={[field]} />)}
        {children}
      </div>
    </Panel>
  )
}

export function Where({ name, nodes }: { readonly name: string; readonly nodes: readonly ClusterNode[] }) {
  const t = useListenerTexts()
  const running = runningOf(name, nodes)
  const without = nodes.filter(node => node.status === 'active' && !running.some(each => each.node.id === node.id))
  return <>
    {running.length === 0 ? <p className={css['soft']}>{t.notThere}</p> : (
      <SimpleTable
        label={t.where} rows={running} rowKey={({ node, address }) => `${node.id} ${address.address}`}
        columns={[
          { key: 'node', label: t.node, cell: ({ node }) => <Link to={`/manage/cluster/nodes/${encodeURIComponent(node.id)}`}>{node.hostname}</Link> },
          { key: 'state', label: t.address, cell: ({ address }) => <span className={css['stack']}><code>{address.address}</code><AddressState address={address} /></span> },
          { key: 'connections', label: t.connections, align: 'end', cell: ({ address }) => <Count value={address.connections} /> },
        ]}
      />
    )}
    {without.length === 0 ? null : (
      <p className={css['names']}>
        <span className={css['soft']}>{t.leftOut}:</span>
        {without.map(({ id, hostname, role }) => (
          <span key={id}>
            {hostname} (<span>{role === null ? t.noRole : <Link to={`/settings/roles?role=${encodeURIComponent(role)}`}>{t.byRole(role)}</Link>}</span>)
          </span>
        ))}
      </p>
    )}
  </>
}
