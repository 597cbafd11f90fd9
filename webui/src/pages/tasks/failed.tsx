/** Failed tasks by kind and reason: what fails, since when, what it is about, and what to do with all of them at once. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { CalendarClock, Ellipsis, Pause, RotateCw, X } from 'lucide-react'
import { useState } from 'react'
import type { JsonObject } from '../../../../src/base/json.ts'
import { useMay, useModel } from '../../api/context.ts'
import { failureOf } from '../../api/failure.ts'
import type { Row } from '../../api/hooks.ts'
import { useRows } from '../../api/hooks.ts'
import { amount, objectOrNull, text, textOrNull } from '../../api/values.ts'
import type { Query } from '../../lists/address.ts'
import { Reference } from '../../lists/value.tsx'
import { Count } from '../../parts/amounts.tsx'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Menu } from '../../parts/menu.tsx'
import { Page as Frame, Panel } from '../../parts/page.tsx'
import { Select } from '../../parts/select.tsx'
import { EmptyState, Skeleton } from '../../parts/states.tsx'
import { Badge } from '../../parts/status.tsx'
import { Time } from '../../parts/time.tsx'
import type { BulkAction } from './bulk.ts'
import { BulkDialog } from './bulk-dialog.tsx'
import { useKindLabel } from './kinds.ts'
import css from './tasks.module.css'
import { useTaskTexts } from './texts.ts'
import type { BulkQuestion } from './use-bulk.ts'

/** As many as the server keeps apart. */
const GROUPS_MAX = 500
const ACCOUNTS_SHOWN = 5

export function Page() {
  const t = useTaskTexts()
  const navigate = useNavigate()
  const model = useModel()
  const label = useKindLabel()
  const query: Query = useSearch({ strict: false })
  const { kind, group, sort } = query
  const { data, error, refetch } = useRows('TaskFailure', {
    filter: kind === undefined ? {} : { variant: kind }, sort: { property: sort === 'newest' ? 'newest' : 'count', isAscending: false }, limit: GROUPS_MAX,
  })
  const [question, setQuestion] = useState<BulkQuestion | null>(null)
  const goTo = (next: Query) => { void navigate({ to: '.', search: next, replace: true }) }
  const ask = (action: BulkAction, filter: JsonObject) => { setQuestion({ action, target: { kind: 'filter', filter } }) }
  const groups = group === undefined ? data : data?.filter(({ id }) => id === group)
  const tasks = (data ?? []).reduce((sum, row) => sum + amount(row['count']), 0)
  const all: JsonObject = kind === undefined ? { status: 'Failed' } : { status: 'Failed', '@type': kind }
  return (
    <Frame
      title={t.failed.title} subtitle={t.failed.subtitle}
      actions={<ButtonLink to="/manage/tasks/history?f.outcome=failed">{t.failed.history}</ButtonLink>}
    >
      <div className={css['bar']}>
        <span className={css['narrow']}><Select
          label={t.failed.kind} placeholder={t.failed.anyKind} value={kind ?? null}
          options={model.enum('TaskType').map(({ name }) => ({ value: name, label: label(name) }))}
          onChange={next => { goTo(withMember(withMember(query, 'kind', next), 'group', null)) }}
        /></span>
        <span className={css['narrow']}><Select
          label={t.failed.sort} value={sort === 'newest' ? 'newest' : 'count'}
          options={[{ value: 'count', label: t.failed.sortCount }, { value: 'newest', label: t.failed.sortNewest }]}
          onChange={next => { goTo(withMember(query, 'sort', next === 'newest' ? next : null)) }}
        /></span>
        {group === undefined ? null : <Link to="/manage/tasks/failed" search={withMember(query, 'group', null)}>{t.failed.otherGroups}</Link>}
        {data === undefined || data.length === 0 ? null : <>
          <span className={css['soft']} aria-live="polite">{t.failed.groups(data.length, tasks)}</span>
          <AllActions ask={action => { ask(action, all) }} />
          <Link to="/manage/tasks" search={{ 'f.status': 'Failed', ...(kind === undefined ? {} : { 'f.@type': kind }) }}>{t.failed.all}</Link>
        </>}
      </div>
      {error === null ? null : <FailurePanel failure={failureOf(error)} onRetry={() => { void refetch() }} />}
      {data === undefined && error === null ? <Skeleton lines={10} /> : null}
      {groups?.length === 0 ? <EmptyState title={group === undefined ? t.failed.none : t.failed.gone} next={t.failed.noneNext} /> : null}
      {groups?.map(row => <Group key={row.id} row={row} ask={action => { ask(action, { failure: row.id }) }} />)}
      <BulkDialog question={question} onClose={() => { setQuestion(null) }} />
    </Frame>
  )
}

function Group({ row, ask }: { readonly row: Row; readonly ask: (action: BulkAction) => void }) {
  const t = useTaskTexts()
  const may = useMay()
  const label = useKindLabel()
  const count = amount(row['count'])
  const example = text(row['example'])
  const reason = text(row['reason'])
  const parentId = textOrNull(row['parentId'])
  const taskId = text(row['exampleTaskId'])
  const accounts = Object.keys(objectOrNull(row['accountIds']) ?? {})
  return (
    <Panel
      title={<span className={css['bar']}><Badge tone="bad"><Count value={count} /></Badge>{label(text(row['variant']))}</span>}
      actions={(
        <div className={css['buttons']}>
          {may('Task', 'Update') ? <Button icon={<RotateCw aria-hidden="true" />} onClick={() => { ask('retry') }}>{t.actions.retry}</Button> : null}
          <MoreActions ask={ask} />
        </div>
      )}
    >
      <div className={css['stack']}>
        <p className={css['reasonText']}>{reason}</p>
        <dl className={css['facts']}>
          <div><dt>{t.failed.firstAt}</dt><dd><Time at={text(row['oldest'])} relative /></dd></div>
          <div><dt>{t.failed.lastAt}</dt><dd><Time at={text(row['newest'])} relative /></dd></div>
          {accounts.length === 0 ? null : (
            <div>
              <dt>{t.failed.accounts}</dt>
              <dd className={css['links']}>{accounts.slice(0, ACCOUNTS_SHOWN).map(id => <Reference key={id} object="Account" id={id} />)}{accounts.length > ACCOUNTS_SHOWN ? '…' : null}</dd>
            </div>
          )}
          {parentId === null ? null : <div><dt>{t.failed.parent}</dt><dd><Reference object="Task" id={parentId} /></dd></div>}
        </dl>
        <p className={css['softWrap']}>
          <Link to={`/manage/tasks/${taskId}`}>{t.failed.example}</Link>
          {example === reason ? null : <>: <span className={css['quote']}>{example}</span></>}
        </p>
        <p><Link to="/manage/tasks" search={{ 'f.status': 'Failed', 'f.failure': row.id }}>{t.failed.show(count)}</Link></p>
      </div>
    </Panel>
  )
}

function AllActions({ ask }: { readonly ask: (action: BulkAction) => void }) {
  const t = useTaskTexts()
  const actions = useActions(ask)
  return actions.length === 0 ? null : <Menu trigger={<Button kind="quiet" icon={<Ellipsis aria-hidden="true" />}>{t.failed.allActions}</Button>} actions={actions} />
}

function MoreActions({ ask }: { readonly ask: (action: BulkAction) => void }) {
  const t = useTaskTexts()
  const actions = useActions(ask).slice(1)
  return actions.length === 0 ? null : <Menu trigger={<Button kind="quiet" iconOnly icon={<Ellipsis aria-hidden="true" />}>{t.actions.more}</Button>} actions={actions} />
}

/** Retry first. */
function useActions(ask: (action: BulkAction) => void) {
  const t = useTaskTexts()
  const may = useMay()
  return ([['retry', RotateCw], ['reschedule', CalendarClock], ['park', Pause], ['destroy', X]] as const)
    .filter(([action]) => may('Task', action === 'destroy' ? 'Destroy' : 'Update'))
    .map(([action, Icon]) => ({ label: t.actions[action], icon: <Icon aria-hidden="true" />, danger: action === 'destroy', run: () => { ask(action) } }))
}

function withMember(query: Query, key: string, value: string | null): Query {
  const { [key]: _, ...rest } = query
  return value === null ? rest : { ...rest, [key]: value }
}
