/** Settings › Data retention: what is removed when, in groups and in words. */
import { Link } from '@tanstack/react-router'
import { useMay } from '../../api/context.ts'
import { failureOf } from '../../api/failure.ts'
import type { Row } from '../../api/hooks.ts'
import { useObject } from '../../api/hooks.ts'
import { Field } from '../../forms/field.tsx'
import { FormFrame } from '../../forms/form-frame.tsx'
import type { Form } from '../../forms/use-form.ts'
import { useForm } from '../../forms/use-form.ts'
import { ObjectFields } from '../../lists/object-detail.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Page as Frame, Panel } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { Time } from '../../parts/time.tsx'
import { toast } from '../../parts/toast.tsx'
import { useQuestion } from '../../parts/use-question.ts'
import type { GroupName, TimeField } from './keep.ts'
import { GROUP_NAMES, GROUPS, SCHEDULE_IDS, shortened, TIMES } from './keep.ts'
import css from './retention.module.css'
import { useRetentionTexts } from './texts.ts'
import { useSentence, Words } from './words.tsx'

const OBJECT = 'DataRetention'
const ID = 'singleton'

export function Page() {
  const t = useRetentionTexts()
  const may = useMay()
  const { data, error, refetch } = useObject(OBJECT, ID)
  return (
    <Frame title={t.title} subtitle={t.subtitle}>
      {error === null ? null : <FailurePanel failure={failureOf(error)} onRetry={() => { void refetch() }} />}
      {data === undefined || data === null ? error === null ? <Skeleton lines={12} /> : null
        : may(OBJECT, 'Update') ? <Editor stored={data} />
        : <div className={css['columns']}>
          <div className={css['form']}><p className={css['soft']}>{t.readOnly}</p><ObjectFields object={OBJECT} value={data} /></div>
          <Panel title={t.words}><Words value={data} /></Panel>
        </div>}
    </Frame>
  )
}

function Editor({ stored }: { readonly stored: Row }) {
  const t = useRetentionTexts()
  const form = useForm({ object: OBJECT, id: ID, stored })
  const question = useQuestion<true>()
  const sentence = useSentence()
  const less = shortened(stored, form.value)
  // What is gone is gone: less than before is asked about first.
  const confirm = async () => less.length === 0 || question.ask(true)
  return (
    <div className={css['columns']}>
      <div className={css['form']}>
        <FormFrame form={form} confirm={confirm} onSaved={() => { toast({ title: t.saved }) }}>
          {GROUP_NAMES.map(name => <Group key={name} form={form} name={name} />)}
          <Panel title={t.groups.times.title}>
            <p className={css['help']}>{t.groups.times.help}</p>
            <div className={css['fields']}>{TIMES.map(field => <TimeOf key={field} form={form} field={field} />)}</div>
          </Panel>
        </FormFrame>
      </div>
      <div className={css['side']}><Panel title={t.words}><Words value={form.value} /></Panel></div>
      <ConfirmDialog
        open={question.about !== null} onClose={() => { question.answer(false) }} onConfirm={() => { question.answer(true) }} danger
        title={t.confirmTitle} text={t.confirmText} action={t.confirm}
      >
        <ul className={css['effects']}>{less.map(kept => <li key={kept.field}>{sentence(kept, form.value)}</li>)}</ul>
      </ConfirmDialog>
    </div>
  )
}

function Group({ form, name }: { readonly form: Form; readonly name: GroupName }) {
  const t = useRetentionTexts()
  const { title, help } = t.groups[name]
  return (
    <Panel title={title}>
      <p className={css['help']}>{help}</p>
      <div className={css['fields']}>
        {GROUPS[name].map(({ field }) => <Field key={field} form={form} path={[field]} label={t.kept[field].label} help={t.kept[field].help} />)}
      </div>
    </Panel>
  )
}

function TimeOf({ form, field }: { readonly form: Form; readonly field: TimeField }) {
  const t = useRetentionTexts()
  const may = useMay()
  const id = SCHEDULE_IDS[field]
  return (
    <div className={css['time']}>
      <Field form={form} path={[field]} label={t.times[field].label} help={t.times[field].help} />
      {id === undefined || !may('Schedule', 'Get') ? null : <NextRun id={id} />}
    </div>
  )
}

function NextRun({ id }: { readonly id: string }) {
  const t = useRetentionTexts()
  const { data } = useObject('Schedule', id)
  const next = data?.['nextSlot']
  return (
    <p className={css['soft']}>
      {typeof next === 'string' ? <>{t.next}: <Time at={next} />. </> : null}
      <Link to={`/settings/schedules?schedule=${encodeURIComponent(id)}`}>{t.toSchedule}</Link>
    </p>
  )
}
