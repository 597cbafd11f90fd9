/** All tasks that wait, run or have failed: found by filters that the address keeps, acted on one by one or all at once. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { CalendarClock, Ellipsis, History, Pause, Plus, RotateCw, X } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import type { JsonObject } from '../../../../src/base/json.ts'
import { useMay, useModel } from '../../api/context.ts'
import type { Row } from '../../api/hooks.ts'
import { useCount, useList } from '../../api/hooks.ts'
import type { Query } from '../../lists/address.ts'
import { chosenFilters, conditionsOf, withFilter, withoutFilters } from '../../lists/address.ts'
import { ListChanged, Reading, useHeldList } from '../../lists/held-list.tsx'
import { SelectionBar } from '../../lists/object-list.tsx'
import { useOrder } from '../../lists/order.ts'
import { useSelection } from '../../lists/use-selection.ts'
import { Reference } from '../../lists/value.tsx'
import { Count } from '../../parts/amounts.tsx'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { CellLink } from '../../parts/cell-link.tsx'
import type { Column } from '../../parts/column-model.ts'
import type { Sort } from '../../parts/column-settings.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { FilterBar } from '../../parts/filter-bar.tsx'
import { Menu } from '../../parts/menu.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import { EmptyState } from '../../parts/states.tsx'
import { Badge } from '../../parts/status.tsx'
import { Time } from '../../parts/time.tsx'
import { useTexts } from '../../texts/language.ts'
import type { BulkAction } from './bulk.ts'
import { BulkDialog } from './bulk-dialog.tsx'
import { useKindLabel } from './kinds.ts'
import { TaskStateLine } from './task-state.tsx'
import type { TaskView } from './task.ts'
import { taskOf } from './task.ts'
import css from './tasks.module.css'
import type { TaskTexts } from './texts.ts'
import { useTaskTexts } from './texts.ts'
import type { BulkQuestion } from './use-bulk.ts'

const SOONEST_FIRST: Sort = { property: 'due', isAscending: true }
const ICONS = { retry: RotateCw, reschedule: CalendarClock, park: Pause, destroy: X }

export function Page() {
  const tt = useTaskTexts()
  const model = useModel()
  const may = useMay()
  const navigate = useNavigate()
  const query: Query = useSearch({ strict: false })
  const { filters: declared = [], sort: sortable = [] } = model.list('Task') ?? {}
  const chosen = chosenFilters(query, declared)
  // Whether they run is asked for above the list; from another page's link it is a filter like any other.
  const filters = declared.filter(({ field }) => field !== 'running' || (chosen.has('running') && chosen.get('running') !== 'true'))
  const filter = conditionsOf(chosen, declared, {})
  const goTo = (next: Query) => { void navigate({ to: '.', search: next, replace: true }) }
  const order = useOrder({ name: 'Task', sortable, query, goTo, otherwise: SOONEST_FIRST })
  const list = useList('Task', { filter, sort: order.sort })
  const label = useKindLabel()
  const columns = useMemo(() => columnsOf(tt, label), [tt, label])
  const asked = JSON.stringify(filter)
  const [selected, setSelected] = useSelection(asked)
  const held = useHeldList(list, asked + JSON.stringify(order.sort), selected.size > 0)
  const seen = useRef(new Map<string, TaskView>())
  const [question, setQuestion] = useState<BulkQuestion | null>(null)
  const actions = ACTIONS.filter(action => may('Task', action === 'destroy' ? 'Destroy' : 'Update'))
  const select = (ids: ReadonlySet<string>) => {
    for (const row of held.list.loaded) if (ids.has(row.id)) seen.current.set(row.id, taskOf(row))
    setSelected(ids)
  }
  const chosenTasks = () => [...selected].flatMap(id => seen.current.get(id) ?? [])

  return (
    <Frame
      fill title={tt.scheduled.title} subtitle={tt.scheduled.subtitle}
      actions={may('Task', 'Create') ? <ButtonLink kind="main" icon={<Plus aria-hidden="true" />} to="/manage/tasks/new">{tt.scheduled.newTask}</ButtonLink> : null}
    >
      <div className={css['bar']}>
        <QuickFilters query={query} />
        <FilterBar
          filters={filters} chosen={chosen}
          onChange={(field, value) => { goTo(withFilter(query, field, value)) }} onClear={() => { goTo(withoutFilters(query)) }}
        />
      </div>
      <Reading held={held}>
        <DataTable
          name="Task" label={tt.scheduled.title} list={held.list} columns={columns} open={row => `/manage/tasks/${row.id}`}
          {...(actions.length > 0 ? { selection: { ids: selected, onChange: select } } : {})} {...order}
          toolbar={
            <div className={css['bar']}>
              <SelectionBar count={selected.size} total={list.total} onClear={() => { setSelected(new Set()) }}>
                {actions.map(action => {
                  const Icon = ICONS[action]
                  return (
                    <Button
                      key={action} kind={action === 'destroy' ? 'danger' : 'plain'} icon={<Icon aria-hidden="true" />}
                      onClick={() => { setQuestion({ action, target: { kind: 'chosen', tasks: chosenTasks() } }) }}
                    >{tt.actions[action]}</Button>
                  )
                })}
              </SelectionBar>
              <ListChanged held={held} />
              {selected.size > 0 || actions.length === 0 || (list.total ?? 0) === 0 ? null
                : <WithAll total={list.total ?? 0} actions={actions} ask={action => { setQuestion({ action, target: { kind: 'filter', filter } }) }} />}
            </div>
          }
          empty={<NoTasks filtered={chosen.size > 0} onClear={() => { goTo(withoutFilters(query)) }} />}
        />
      </Reading>
      <BulkDialog
        question={question}
        onClose={done => {
          setQuestion(null)
          if (done) setSelected(new Set())
        }}
      />
    </Frame>
  )
}

/** What may be done with every task that the filters find, also those that are not loaded. */
function WithAll({ total, actions, ask }: { readonly total: number; readonly actions: readonly BulkAction[]; readonly ask: (action: BulkAction) => void }) {
  const tt = useTaskTexts()
  return (
    <Menu
      trigger={<Button kind="quiet" icon={<Ellipsis aria-hidden="true" />}>{tt.scheduled.matching(total)}</Button>}
      actions={actions.map(action => {
        const Icon = ICONS[action]
        return { label: tt.actions[action], icon: <Icon aria-hidden="true" />, danger: action === 'destroy', run: () => { ask(action) } }
      })}
    />
  )
}

function NoTasks({ filtered, onClear }: { readonly filtered: boolean; readonly onClear: () => void }) {
  const t = useTexts()
  const tt = useTaskTexts()
  if (filtered) return <EmptyState title={t.list.emptyFiltered} next={t.list.emptyFilteredNext} action={<Button onClick={onClear}>{t.list.clearFilters}</Button>} />
  return (
    <EmptyState
      title={tt.scheduled.emptyTitle} next={tt.scheduled.emptyNext}
      action={<ButtonLink icon={<History aria-hidden="true" />} to="/manage/tasks/history">{tt.scheduled.toHistory}</ButtonLink>}
    />
  )
}

const ACTIONS: readonly BulkAction[] = ['retry', 'reschedule', 'park', 'destroy']
/** What people ask for most, with how many there are of each. */
const QUICK = [
  ['all', {}], ['running', { running: 'true' }], ['pending', { status: 'Pending' }], ['retry', { status: 'Retry' }], ['failed', { status: 'Failed' }],
] as const satisfies readonly (readonly [string, Readonly<Record<string, string>>])[]

function QuickFilters({ query }: { readonly query: Query }) {
  const tt = useTaskTexts()
  const { 'f.status': _status, 'f.running': _running, ...rest } = query
  return (
    <nav className={css['quick']} aria-label={tt.scheduled.quick}>
      {QUICK.map(([name, fields]) => {
        const wanted = Object.fromEntries(Object.entries(fields).map(([field, value]) => [`f.${field}`, value]))
        return (
          <Link key={name} to="/manage/tasks" search={{ ...rest, ...wanted }} replace className={css['choice']} activeOptions={{ exact: true }}>
            {tt.scheduled[name]} <Total filter={fields} />
          </Link>
        )
      })}
    </nav>
  )
}

function Total({ filter }: { readonly filter: JsonObject }) {
  const { data } = useCount('Task', filter)
  return <span className={css['total']}>{data === undefined ? '' : <Count value={data} />}</span>
}

function columnsOf(tt: TaskTexts, label: (variant: string) => string): readonly Column[] {
  return [
    { key: 'kind', label: tt.scheduled.columns.task, width: 'minmax(200px, 1.2fr)', cell: row => <Kind row={row} label={label} /> },
    { key: 'state', label: tt.scheduled.columns.state, width: 'minmax(220px, 2.4fr)', cell: row => <TaskStateLine task={taskOf(row)} /> },
    { key: 'due', label: tt.scheduled.columns.due, sort: 'due', width: 'minmax(110px, .7fr)', cell: row => typeof row['due'] === 'string' ? <Time at={row['due']} relative /> : '–' },
    { key: 'about', label: tt.scheduled.columns.about, width: 'minmax(140px, 1fr)', cell: row => <About task={taskOf(row)} /> },
    { key: 'created', label: tt.scheduled.columns.created, sort: 'createdAt', width: 'minmax(110px, .7fr)', cell: row => <Created task={taskOf(row)} /> },
  ]
}

function Kind({ row, label }: { readonly row: Row; readonly label: (variant: string) => string }) {
  const tt = useTaskTexts()
  const { variant, parentId, id } = taskOf(row)
  return (
    <span className={css['kind']}>
      <CellLink to={`/manage/tasks/${id}`}>{label(variant)}</CellLink>
      {parentId === null ? null : <Badge>{tt.detail.parent} …{parentId.slice(-4)}</Badge>}
    </span>
  )
}

function About({ task: { accountId, domainId } }: { readonly task: TaskView }) {
  if (accountId !== null) return <Reference object="Account" id={accountId} />
  return domainId === null ? '–' : <Reference object="Domain" id={domainId} />
}

function Created({ task: { createdAt } }: { readonly task: TaskView }) {
  return createdAt === null ? '–' : <Time at={createdAt} relative />
}
