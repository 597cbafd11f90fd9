/** What works on the account: how many tasks in which state, the next ones, and the last runs. */
import { Link } from '@tanstack/react-router'
import { isJsonObject } from '../../../../src/base/json.ts'
import { useMay, useModel } from '../../api/context.ts'
import type { Row } from '../../api/hooks.ts'
import { useRows } from '../../api/hooks.ts'
import { objectAddress } from '../../lists/places.ts'
import { Duration } from '../../parts/amounts.tsx'
import { Panel } from '../../parts/page.tsx'
import { SimpleTable } from '../../parts/simple-table.tsx'
import { Skeleton } from '../../parts/states.tsx'
import type { Tone } from '../../parts/status.tsx'
import { Status } from '../../parts/status.tsx'
import { TaskCounts, tasksAbout } from '../../parts/task-counts.tsx'
import { Time } from '../../parts/time.tsx'
import css from './account-detail.module.css'
import { ownedBy } from './addresses.ts'
import { useAccountTexts } from './texts.ts'

const SHOWN = 5
const TASK_TONES: Readonly<Record<string, Tone>> = { Pending: 'idle', Retry: 'warn', Failed: 'bad' }
const RUN_TONES: Readonly<Record<string, Tone>> = { done: 'good', snooze: 'idle', retry: 'warn', failed: 'bad', cancelled: 'paused' }

export function AccountTasks({ accountId }: { readonly accountId: string }) {
  const { tasks: t } = useAccountTexts()
  const may = useMay()
  return (
    <Panel title={t.title} actions={<Link to={tasksAbout({ accountId })}>{t.all}</Link>}>
      <h3 className={css['head']}>{t.now} <TaskCounts about={{ accountId }} /></h3>
      <Tasks accountId={accountId} />
      {may('TaskRun', 'Query') ? <>
        <h3 className={css['head']}>{t.history} <Link to={ownedBy('TaskRun', accountId)}>{t.allHistory}</Link></h3>
        <Runs accountId={accountId} />
      </> : null}
    </Panel>
  )
}

function Tasks({ accountId }: { readonly accountId: string }) {
  const { tasks: t } = useAccountTexts()
  const model = useModel()
  const { data } = useRows('Task', { filter: { accountId }, sort: { property: 'due', isAscending: true }, limit: SHOWN })
  if (data === undefined) return <Skeleton lines={2} />
  if (data.length === 0) return <p className={css['note']}>{t.none}</p>
  const stateOf = (row: Row) => {
    const status = isJsonObject(row['status']) ? String(row['status']['@type']) : ''
    if (isJsonObject(row['running'])) return <Status tone="busy">{t.running} <Time at={String(row['running']['since'])} relative /></Status>
    return <Status tone={TASK_TONES[status] ?? 'idle'}>{model.variants('TaskStatus').find(({ name }) => name === status)?.label ?? status}</Status>
  }
  return (
    <SimpleTable
      label={t.title} rows={data} rowKey={({ id }) => id}
      columns={[
        { key: 'kind', label: t.kind, cell: row => <Link to={objectAddress('Task', row.id)}>{model.variants('Task').find(({ name }) => name === row['@type'])?.label ?? String(row['@type'])}</Link> },
        { key: 'state', label: t.state, cell: stateOf },
        { key: 'when', label: t.when, align: 'end', cell: row => <When row={row} /> },
      ]}
    />
  )
}

function When({ row }: { readonly row: Row }) {
  const { tasks: t } = useAccountTexts()
  const failedAt = isJsonObject(row['status']) ? row['status']['failedAt'] : undefined
  if (typeof row['due'] === 'string') return <>{t.due} <Time at={row['due']} relative /></>
  return typeof failedAt === 'string' ? <>{t.failedAt} <Time at={failedAt} relative /></> : null
}

function Runs({ accountId }: { readonly accountId: string }) {
  const { tasks: t } = useAccountTexts()
  const model = useModel()
  const { data } = useRows('TaskRun', { filter: { accountId }, limit: SHOWN })
  if (data === undefined) return <Skeleton lines={2} />
  if (data.length === 0) return <p className={css['note']}>{t.noHistory}</p>
  const label = (name: string, value: string) => model.enum(name).find(each => each.name === value)?.label ?? value
  return (
    <SimpleTable
      label={t.history} rows={data} rowKey={({ id }) => id}
      columns={[
        { key: 'kind', label: t.kind, cell: row => <Link to={objectAddress('TaskRun', row.id)}>{label('TaskType', String(row['variant']))}</Link> },
        { key: 'state', label: t.state, cell: row => <Status tone={RUN_TONES[String(row['outcome'])] ?? 'idle'}>{label('TaskRunOutcome', String(row['outcome']))}</Status> },
        { key: 'took', label: t.took, align: 'end', cell: row => <Duration ms={Number(row['duration'])} /> },
        { key: 'when', label: t.when, align: 'end', cell: row => <Time at={String(row['startedAt'])} relative /> },
      ]}
    />
  )
}
