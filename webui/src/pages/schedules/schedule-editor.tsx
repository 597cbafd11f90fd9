/** One schedule: its times with the next slots beside them, and the task that it makes. */
import { Link } from '@tanstack/react-router'
import { CalendarClock } from 'lucide-react'
import { useMay } from '../../api/context.ts'
import type { Row } from '../../api/hooks.ts'
import { Field } from '../../forms/field.tsx'
import { FormFrame } from '../../forms/form-frame.tsx'
import { useForm } from '../../forms/use-form.ts'
import { ObjectFields } from '../../lists/object-detail.tsx'
import { Button } from '../../parts/button.tsx'
import { zoneName } from '../../parts/moment.ts'
import { Panel } from '../../parts/page.tsx'
import { toast } from '../../parts/toast.tsx'
import { LastRun } from './last-run.tsx'
import { isOfRetention, PRESETS } from './schedule.ts'
import { ScheduleActions } from './schedule-actions.tsx'
import css from './schedules.module.css'
import { SlotsPanel } from './slots-panel.tsx'
import { useScheduleTexts } from './texts.ts'

const OBJECT = 'Schedule'
/** What most people come for. */
const NEW = { task: { '@type': 'StoreMaintenance' } }
const PRESET_NAMES = ['quarter', 'hourly', 'nightly', 'weekly', 'monthly'] as const

export function ScheduleEditor({ stored, onSaved }: { readonly stored: Row | null; readonly onSaved: (id: string) => void }) {
  const t = useScheduleTexts()
  const may = useMay()
  const form = useForm({ object: OBJECT, id: stored?.id ?? null, ...(stored === null ? { initial: NEW } : { stored }) })
  const decided = stored !== null && isOfRetention(stored.id)
  const own = zoneName()
  return (
    <div className={css['columns']}>
      <div className={css['form']}>
        {stored !== null && !may(OBJECT, 'Update') ? <><p className={css['soft']}>{t.readOnly}</p><ObjectFields object={OBJECT} value={stored} /></> : (
          <FormFrame
            form={form}
            onSaved={row => {
              const name = String(form.value['name'])
              toast({ title: stored === null ? t.made(name) : t.saved(name) })
              onSaved(row.id)
            }}
          >
            <Panel title={t.about}><Field form={form} path={['name']} /></Panel>
            <Panel title={t.when}>
              <div className={css['fields']}>
                {decided ? <FromRetention /> : <>
                  <Field form={form} path={['cron']} />
                  <div className={css['row']} role="group" aria-label={t.presets}>
                    {PRESET_NAMES.map(name => <Button key={name} onClick={() => { form.set(['cron'], PRESETS[name]) }}>{t.presetList[name]}</Button>)}
                  </div>
                </>}
                <Field form={form} path={['timeZone']} />
                {form.value['timeZone'] === own ? null : <p><Button kind="quiet" onClick={() => { form.set(['timeZone'], own) }}>{t.myZone(own)}</Button></p>}
                <Field form={form} path={['catchUp']} />
                <Field form={form} path={['pausedUntil']} />
              </div>
            </Panel>
            {decided ? null : <Panel title={t.what}><Field form={form} path={['task']} /></Panel>}
          </FormFrame>
        )}
      </div>
      <div className={css['side']}>
        <SlotsPanel cron={String(form.value['cron'] ?? '')} timeZone={String(form.value['timeZone'] ?? 'UTC')} />
        {stored === null ? null : <Panel title={t.last}><div className={css['fields']}><LastRun row={stored} /><ScheduleActions row={stored} /></div></Panel>}
      </div>
    </div>
  )
}

function FromRetention() {
  const t = useScheduleTexts()
  return <p className={css['warning']}><CalendarClock aria-hidden="true" /><span>{t.fromRetention} <Link to="/settings/retention">{t.toRetention}</Link></span></p>
}
