/** Settings › Schedules: the list with last and next run; `?schedule=` is the editor of one, `?new=` that of a new one. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { isJsonObject } from '../../../../src/base/json.ts'
import { useMay, useModel } from '../../api/context.ts'
import type { Row } from '../../api/hooks.ts'
import { useFailure, useRows } from '../../api/hooks.ts'
import { useNodes } from '../../api/use-cluster.ts'
import { isWorking } from '../../api/cluster.ts'
import { DeleteButton } from '../../lists/delete-button.tsx'
import { ButtonLink } from '../../parts/button.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Page as Frame, Panel } from '../../parts/page.tsx'
import { SimpleTable } from '../../parts/simple-table.tsx'
import { EmptyState, Skeleton } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { Time, useNow } from '../../parts/time.tsx'
import { Warning } from '../../parts/warning.tsx'
import { LastRun } from './last-run.tsx'
import { isOfRetention, pauseOf } from './schedule.ts'
import { ScheduleActions } from './schedule-actions.tsx'
import { ScheduleEditor } from './schedule-editor.tsx'
import css from './schedules.module.css'
import { useScheduleTexts } from './texts.ts'

const SCHEDULES_MAX = 500
const SCHEDULER = 'taskScheduler'
/** What tells tasks of one variant apart. */
const KIND = 'maintenanceType'

export function Page() {
  const t = useScheduleTexts()
  const may = useMay()
  const navigate = useNavigate()
  const { schedule, new: made }: { readonly schedule?: string; readonly new?: string } = useSearch({ strict: false })
  const { data, error, refetch } = useRows('Schedule', { limit: SCHEDULES_MAX })
  const failure = useFailure(error)
  const all = <ButtonLink kind="quiet" to="/settings/schedules">{t.back}</ButtonLink>
  const open = (id: string) => { void navigate({ to: `/settings/schedules?schedule=${encodeURIComponent(id)}`, replace: true }) }
  if (made !== undefined) return <Frame title={t.newTitle} subtitle={t.newSubtitle} actions={all}><ScheduleEditor stored={null} onSaved={open} /></Frame>
  if (data === undefined) {
    return (
      <Frame title={t.title} subtitle={t.subtitle}>
        {failure === null ? <Skeleton lines={8} /> : <FailurePanel failure={failure} onRetry={() => { void refetch() }} />}
      </Frame>
    )
  }
  if (schedule !== undefined) {
    const row = data.find(({ id }) => id === schedule)
    return (
      <Frame title={t.edit(String(row?.['name'] ?? schedule))} subtitle={t.editSubtitle} actions={<>{all}{row === undefined ? null : <DeleteSchedule row={row} />}</>}>
        {row === undefined ? <FailurePanel failure={{ kind: 'notFound', detail: t.gone }} /> : <ScheduleEditor key={row.id} stored={row} onSaved={() => undefined} />}
      </Frame>
    )
  }
  return (
    <Frame title={t.title} subtitle={t.subtitle} actions={may('Schedule', 'Create') ? <CreateLink /> : null}>
      {failure === null ? null : <FailurePanel failure={failure} />}
      <NoScheduler />
      <Panel>{data.length === 0 ? <EmptyState title={t.empty} next={t.emptyNext} action={may('Schedule', 'Create') ? <CreateLink /> : null} /> : <List rows={data} />}</Panel>
    </Frame>
  )
}

function CreateLink() {
  const t = useScheduleTexts()
  return <ButtonLink kind="main" icon={<Plus aria-hidden="true" />} to="/settings/schedules?new=">{t.create}</ButtonLink>
}

function List({ rows }: { readonly rows: readonly Row[] }) {
  const t = useScheduleTexts()
  const model = useModel()
  const label = (row: Row) => {
    const task = isJsonObject(row['task']) ? row['task'] : {}
    const variant = model.variants('ScheduledTask').find(({ name }) => name === task['@type'])
    const type = variant?.fields.get(KIND)?.type
    const kind = type?.type === 'enum' ? model.enum(type.enumName).find(({ name }) => name === task[KIND])?.label : undefined
    return kind ?? variant?.label ?? String(task['@type'])
  }
  return (
    <SimpleTable
      label={t.title} rows={rows} rowKey={({ id }) => id}
      columns={[
        {
          key: 'name', label: t.name,
          cell: row => (
            <span className={css['stack']}>
              <Link to={`/settings/schedules?schedule=${encodeURIComponent(row.id)}`}><b>{String(row['name'])}</b></Link>
              {isOfRetention(row.id) ? <Link to="/settings/retention">{t.toRetention}</Link> : null}
            </span>
          ),
        },
        { key: 'task', label: t.task, cell: label },
        { key: 'times', label: t.times, cell: row => <span className={css['stack']}><code>{String(row['cron'])}</code><span className={css['soft']}>{String(row['timeZone'])}</span></span> },
        { key: 'next', label: t.next, cell: row => <Next row={row} /> },
        { key: 'last', label: t.outcome, cell: row => <LastRun row={row} /> },
        { key: 'actions', label: t.actions, unnamed: true, tight: true, cell: row => <ScheduleActions row={row} /> },
      ]}
    />
  )
}

function Next({ row }: { readonly row: Row }) {
  const t = useScheduleTexts()
  const pause = pauseOf(row, useNow())
  const { nextSlot } = row
  return (
    <span className={css['stack']}>
      {typeof nextSlot === 'string' ? <Time at={nextSlot} /> : null}
      {typeof nextSlot === 'string' ? <span className={css['soft']}><Time at={nextSlot} relative /></span> : null}
      {pause.kind === 'runs' ? null : <Status tone="paused">{pause.kind === 'forGood' ? t.paused : <>{t.pausedUntil} <Time at={pause.at} /></>}</Status>}
    </span>
  )
}

function NoScheduler() {
  const t = useScheduleTexts()
  const may = useMay()
  return may('ClusterNode', 'Query') ? <SchedulerMissing text={t.noScheduler} link={t.toCluster} /> : null
}

function SchedulerMissing({ text, link }: { readonly text: string; readonly link: string }) {
  const { data } = useNodes()
  if (data === undefined || data.some(node => isWorking(node) && node.duties.includes(SCHEDULER))) return null
  return <Warning bad>{text} <Link to="/manage/cluster">{link}</Link></Warning>
}

function DeleteSchedule({ row }: { readonly row: Row }) {
  const t = useScheduleTexts()
  const name = String(row['name'])
  if (isOfRetention(row.id)) return null
  return <DeleteButton object="Schedule" id={row.id} label={t.remove} title={t.removeTitle(name)} text={t.removeText} done={t.removed(name)} />
}
