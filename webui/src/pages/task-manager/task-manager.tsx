/** Settings › Task manager: how failed tasks are tried again, and what that means while one types. */
import { Link } from '@tanstack/react-router'
import { useMay } from '../../api/context.ts'
import { failureOf } from '../../api/failure.ts'
import type { Row } from '../../api/hooks.ts'
import { useCount, useObject, useRows } from '../../api/hooks.ts'
import { Field } from '../../forms/field.tsx'
import { FormFrame } from '../../forms/form-frame.tsx'
import { useForm } from '../../forms/use-form.ts'
import { ObjectFields } from '../../lists/object-detail.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Page as Frame, Panel } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { toast } from '../../parts/toast.tsx'
import { useTexts } from '../../texts/language.ts'
import { planOf } from './plan.ts'
import { PlanPanel } from './plan-panel.tsx'
import css from './task-manager.module.css'
import { useRetryTexts } from './texts.ts'

const OBJECT = 'TaskManager'
const ID = 'singleton'
const VARIANTS_MAX = 100

export function Page() {
  const t = useRetryTexts()
  const { nav } = useTexts()
  const may = useMay()
  const { data, error, refetch } = useObject(OBJECT, ID)
  return (
    <Frame title={nav.taskManager} subtitle={t.subtitle}>
      {error === null ? null : <FailurePanel failure={failureOf(error)} onRetry={() => { void refetch() }} />}
      {data === undefined || data === null ? error === null ? <Skeleton lines={10} /> : null
        : may(OBJECT, 'Update') ? <Editor stored={data} /> : <ReadOnly stored={data} />}
    </Frame>
  )
}

function Editor({ stored }: { readonly stored: Row }) {
  const t = useRetryTexts()
  const form = useForm({ object: OBJECT, id: ID, stored })
  return (
    <div className={css['columns']}>
      <div className={css['form']}>
        <FormFrame form={form} onSaved={() => { toast({ title: t.saved }) }}>
          <Panel title={t.limits}><div className={css['form']}>
            <Field form={form} path={['maxAttempts']} />
            <Field form={form} path={['totalDeadline']} /></div>
          </Panel>
          <Panel title={t.waits}><Field form={form} path={['strategy']} /></Panel>
        </FormFrame>
      </div>
      <Side value={form.value} />
    </div>
  )
}

function ReadOnly({ stored }: { readonly stored: Row }) {
  return (
    <div className={css['columns']}>
      <div className={css['form']}><ObjectFields object={OBJECT} value={stored} /></div>
      <Side value={stored} />
    </div>
  )
}

function Side({ value }: { readonly value: Parameters<typeof planOf>[0] }) {
  return (
    <div className={css['side']}>
      <PlanPanel plan={planOf(value)} />
      <Now />
    </div>
  )
}

/** Whom it concerns. */
function Now() {
  const t = useRetryTexts()
  const may = useMay()
  if (!may('Task', 'Query')) return null
  return (
    <Panel title={t.now}>
      <div className={css['now']}>
        <Tally status="Retry" to="/manage/tasks?f.status=Retry" text={t.retrying} />
        <Tally status="Failed" to="/manage/tasks/failed" text={t.failed} />
        <p className={css['soft']}>{t.nowHelp}</p>
        <Perpetual />
      </div>
    </Panel>
  )
}

function Tally({ status, to, text }: { readonly status: string; readonly to: string; readonly text: (n: number) => string }) {
  const { data = 0 } = useCount('Task', { status })
  return <Link to={to}>{text(data)}</Link>
}

function Perpetual() {
  const t = useRetryTexts()
  const { data = [] } = useRows('TaskVariant', { limit: VARIANTS_MAX, properties: ['label', 'givesUp'] })
  const names = data.filter(row => row['givesUp'] === false).map(row => String(row['label']))
  return names.length === 0 ? null : <p className={css['soft']}>{t.perpetual(names.join(', '))}</p>
}
