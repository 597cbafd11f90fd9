/** The tasks that one node works on: those that have run for a second, for of shorter ones nobody is told. */
import { Link } from '@tanstack/react-router'
import { useModel } from '../../api/context.ts'
import { useRows } from '../../api/hooks.ts'
import { objectOrNull, text, textOrNull } from '../../api/values.ts'
import { objectAddress } from '../../lists/places.ts'
import { Reference } from '../../lists/value.tsx'
import { SimpleTable } from '../../parts/simple-table.tsx'
import { Time } from '../../parts/time.tsx'
import css from './cluster.module.css'
import { useClusterTexts } from './texts.ts'

/** Of the whole cluster: more do not run for a second at the same time, but in a cluster of hundreds of nodes. */
const TASKS_MAX = 500

/** `hostname`: by it a task names the node that runs it. */
export function RunningHere({ hostname }: { readonly hostname: string }) {
  const { detail: t } = useClusterTexts()
  const { data } = useRows('Task', { filter: { running: true }, limit: TASKS_MAX })
  const labels = new Map(useModel().variants('Task').map(({ name, label }) => [name, label]))
  const here = (data ?? []).filter(row => textOrNull(objectOrNull(row['running'])?.['node']) === hostname)
  if (data === undefined || here.length === 0) return <p className={css['soft']}>{data === undefined ? '…' : t.nothingRuns}</p>
  return (
    <SimpleTable
      label={t.runsHere} rows={here} rowKey={({ id }) => id}
      columns={[
        { key: 'task', label: t.task, cell: row => <Link to={objectAddress('Task', row.id)}>{labels.get(String(row['@type'])) ?? String(row['@type'])}</Link> },
        { key: 'account', label: t.account, cell: row => typeof row['accountId'] === 'string' ? <Reference object="Account" id={row['accountId']} /> : null },
        { key: 'since', label: t.since, align: 'end', cell: row => <Time at={text(objectOrNull(row['running'])?.['since'])} relative /> },
      ]}
    />
  )
}
