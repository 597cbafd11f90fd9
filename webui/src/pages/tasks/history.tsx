/** Attempts that have ended, with filters that the address keeps, under how many there were each hour. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { objects } from '../../../../src/jmap-client/reply.ts'
import { useList, useMethod } from '../../api/hooks.ts'
import { failureRate, spanOf, stepsOf } from '../../api/run-rates.ts'
import { useMay, useModel } from '../../api/context.ts'
import { failureOf } from '../../api/failure.ts'
import { amount, numberOrNull, text, textOrNull } from '../../api/values.ts'
import type { Chosen, Query } from '../../lists/address.ts'
import { chosenFilters, conditionsOf, withFilter, withoutFilters } from '../../lists/address.ts'
import { ListChanged, Reading, useHeldList } from '../../lists/held-list.tsx'
import { useOrder } from '../../lists/order.ts'
import { Reference } from '../../lists/value.tsx'
import { Count, Duration } from '../../parts/amounts.tsx'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { CellLink } from '../../parts/cell-link.tsx'
import { Chart } from '../../parts/chart.tsx'
import type { Column } from '../../parts/column-model.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { FilterBar } from '../../parts/filter-bar.tsx'
import { useNarrow } from '../../parts/narrow.ts'
import { Page as Frame, Panel } from '../../parts/page.tsx'
import { EmptyState, Skeleton } from '../../parts/states.tsx'
import { Time, useNow } from '../../parts/time.tsx'
import { useLanguage, useTexts } from '../../texts/language.ts'
import { useKindLabel } from './kinds.ts'
import { Outcome } from './runs-list.tsx'
import css from './tasks.module.css'
import type { TaskTexts } from './texts.ts'
import { useTaskTexts } from './texts.ts'

const CHART_PX = 130

export function Page() {
  const t = useTexts()
  const tt = useTaskTexts()
  const model = useModel()
  const may = useMay()
  const navigate = useNavigate()
  const query: Query = useSearch({ strict: false })
  const { filters = [], sort: sortable = [] } = model.list('TaskRun') ?? {}
  const chosen = chosenFilters(query, filters)
  const goTo = (next: Query) => { void navigate({ to: '.', search: next, replace: true }) }
  const order = useOrder({ name: 'TaskRun', sortable, query, goTo })
  const question = { filter: conditionsOf(chosen, filters, {}), sort: order.sort }
  const list = useList('TaskRun', question)
  const held = useHeldList(list, JSON.stringify(question), false)
  const label = useKindLabel()
  const columns = useMemo(() => columnsOf(tt, label), [tt, label])
  const retention = may('DataRetention', 'Get') ? <ButtonLink to="/settings/retention">{tt.history.retention}</ButtonLink> : null
  return (
    <Frame fill title={tt.history.title} subtitle={tt.history.subtitle} actions={retention}>
      {may('TaskRunCount', 'Query') ? <Counts chosen={chosen} range={query['range'] ?? 'day'} onRange={range => { goTo({ ...query, range }) }} /> : null}
      <Reading held={held}>
        <DataTable
          name="TaskRun" label={tt.history.title} list={held.list} columns={columns} open={row => `/manage/tasks/runs/${row.id}`}
          {...order}
          toolbar={
            <div className={css['bar']}>
              <FilterBar
                filters={filters} chosen={chosen}
                onChange={(field, value) => { goTo(withFilter(query, field, value)) }} onClear={() => { goTo(withoutFilters(query)) }}
              />
              <ListChanged held={held} />
            </div>
          }
          empty={chosen.size > 0
            ? <EmptyState title={tt.history.none} next={tt.history.noneNext} action={<Button onClick={() => { goTo(withoutFilters(query)) }}>{t.list.clearFilters}</Button>} />
            : <EmptyState title={tt.history.none} next={tt.history.noneNext} />}
        />
      </Reading>
    </Frame>
  )
}

const RANGES = ['day', 'week', 'month'] as const
/** Hours go by also where nothing runs. */
const FRESH_MS = 300_000

/** Follows those filters of the list that counts have as well, and goes on with the hours. */
function Counts({ chosen, range, onRange }: { readonly chosen: Chosen; readonly range: string; readonly onRange: (range: string) => void }) {
  const tt = useTaskTexts()
  const language = useLanguage()
  // There the picture would leave no room for the list.
  const narrow = useNarrow()
  const span = RANGES.find(each => each === range) ?? 'day'
  const filter = Object.fromEntries(['variant', 'node', 'outcome'].flatMap(field => chosen.has(field) ? [[field, chosen.get(field) ?? '']] : []))
  const { data, error, refetch } = useMethod('TaskRunCount', 'x:TaskRunCount/rates', { span, filter }, FRESH_MS)
  const steps = useMemo(() => data === undefined ? [] : stepsOf(objects(data['list'])), [data])
  const times = useMemo(() => steps.map(({ atMs }) => atMs), [steps])
  const series = useMemo(() => [
    { label: tt.history.series.all, tone: 'busy', values: steps.map(({ runs }) => runs) },
    { label: tt.history.series.failing, tone: 'bad', values: steps.map(({ retry, failed }) => retry + failed) },
  ] as const, [tt, steps])
  const total = spanOf(steps, useNow())
  const since = `${new Date(total.sinceMs).toISOString().slice(0, 19)}Z..`
  const endedAs = (outcome: 'retry' | 'failed') => ({ 'f.outcome': outcome, 'f.startedAt': since, range: span })
  return (
    <Panel
      title={tt.history.counts}
      actions={(
        <div className={css['quick']} role="group" aria-label={tt.history.range}>
          {RANGES.map(each => (
            <button key={each} type="button" className={css['choice']} aria-pressed={each === span} onClick={() => { onRange(each) }}>{tt.history[each]}</button>
          ))}
        </div>
      )}
    >
      {error === null ? null : <FailurePanel failure={failureOf(error)} onRetry={() => { void refetch() }} />}
      {data === undefined ? error === null ? <Skeleton lines={4} /> : null : (
        <div className={css['chartRow']}>
          <dl className={css['figures']}>
            <div><dt>{tt.history.runs}</dt><dd><Count value={total.runs} /></dd></div>
            <div><dt>{tt.history.failed}</dt><dd><Link to="/manage/tasks/history" search={endedAs('failed')}><Count value={total.failed} /></Link></dd></div>
            <div><dt>{tt.history.retried}</dt><dd><Link to="/manage/tasks/history" search={endedAs('retry')}><Count value={total.retry} /></Link></dd></div>
            <div><dt>{tt.history.failureRate}</dt><dd>{new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(failureRate(total) ?? 0)}</dd></div>
            <div><dt>{tt.history.mean}</dt><dd>{total.runs === 0 ? '–' : <Duration ms={total.durationMs / total.runs} />}</dd></div>
          </dl>
          {narrow ? null : <div className={css['chart']}><Chart label={tt.history.counts} times={times} series={series} kind="bars" height={CHART_PX} /></div>}
        </div>
      )}
    </Panel>
  )
}

function columnsOf(tt: TaskTexts, label: (variant: string) => string): readonly Column[] {
  return [
    { key: 'startedAt', label: tt.runs.started, sort: 'startedAt', width: 'minmax(120px, .8fr)', cell: row => <Time at={text(row['startedAt'])} relative /> },
    {
      key: 'variant', label: tt.runs.task, width: 'minmax(180px, 1.2fr)',
      cell: row => <CellLink to={`/manage/tasks/runs/${row.id}`}>{label(text(row['variant']))}</CellLink>,
    },
    { key: 'outcome', label: tt.runs.outcome, width: 'minmax(160px, 1fr)', cell: row => <Outcome of={text(row['outcome'])} /> },
    { key: 'why', label: tt.runs.why, width: 'minmax(160px, 2fr)', cell: row => <span className={css['reason']} title={text(row['error'])}>{textOrNull(row['error']) ?? textOrNull(row['note']) ?? '–'}</span> },
    { key: 'duration', label: tt.runs.duration, width: '90px', align: 'end', cell: row => <Duration ms={amount(row['duration'])} /> },
    { key: 'node', label: tt.runs.node, width: 'minmax(90px, .6fr)', cell: row => <Reference object="ClusterNode" id={text(row['node'])} /> },
    { key: 'attempt', label: tt.runs.attempt, width: '100px', align: 'end', cell: row => <Count value={numberOrNull(row['attempt']) ?? 1} /> },
    { key: 'accountId', label: tt.runs.account, width: 'minmax(140px, 1fr)', cell: row => typeof row['accountId'] === 'string' ? <Reference object="Account" id={row['accountId']} /> : '–' },
  ]
}
