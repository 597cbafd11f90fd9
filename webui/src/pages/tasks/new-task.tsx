/**
 * A new task: its kind first, then what the schema asks of it, now or later. The address has the kind and may fill in
 * fields (`?kind=AccountMaintenance&accountId=…`), for links from other pages.
 */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Ban, ChevronRight, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { Link } from '@tanstack/react-router'
import { useServer } from '../../api/context.ts'
import { FormFrame } from '../../forms/form-frame.tsx'
import { FormSections } from '../../forms/form-sections.tsx'
import { useForm } from '../../forms/use-form.ts'
import type { Query } from '../../lists/address.ts'
import { ButtonLink } from '../../parts/button.tsx'
import input from '../../parts/input.module.css'
import { Page as Frame, Panel } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { toast } from '../../parts/toast.tsx'
import type { Kind } from './kinds.ts'
import { useDutyLabel, useKinds } from './kinds.ts'
import { MomentField } from './order-fields.tsx'
import { COMMON_FIELDS } from './task.ts'
import css from './tasks.module.css'
import { useTaskTexts } from './texts.ts'
import { useDuty } from './use-duty.ts'
import { NoNode } from './why-panel.tsx'

export function Page() {
  const t = useTaskTexts()
  const query: Query = useSearch({ strict: false })
  const kinds = useKinds()
  const chosen = query['kind'] === undefined ? undefined : kinds?.get(query['kind'])
  return (
    <Frame
      title={chosen === undefined ? t.create.title : `${t.create.title}: ${chosen.label}`} subtitle={chosen?.does ?? t.create.subtitle}
      actions={chosen === undefined
        ? <ButtonLink to="/settings/schedules">{t.create.toSchedules}</ButtonLink>
        : <ButtonLink to="/manage/tasks/new">{t.create.back}</ButtonLink>}
    >
      {kinds === undefined ? <Skeleton lines={8} /> : chosen === undefined ? <KindList kinds={kinds} /> : <NewOf key={chosen.name} kind={chosen} query={query} />}
    </Frame>
  )
}

/** Why this login may not make one; null: it may. */
function useRefusal(): (kind: Kind) => string | null {
  const t = useTaskTexts()
  const { account } = useServer()
  return ({ name, refusal }) => refusal ?? (account.permissions.has(`task${name}`) ? null : t.create.notAllowed(`task${name}`))
}

function KindList({ kinds }: { readonly kinds: ReadonlyMap<string, Kind> }) {
  const t = useTaskTexts()
  const refusalOf = useRefusal()
  const [search, setSearch] = useState('')
  const words = search.trim().toLowerCase()
  const found = [...kinds.values()].filter(({ name, label, does }) => `${name} ${label} ${does}`.toLowerCase().includes(words))
  const byLabel = found.toSorted((a, b) => a.label.localeCompare(b.label))
  return (
    <div className={css['stack']}>
      <input
        className={input['input']} type="search" value={search} placeholder={t.create.search} aria-label={t.create.search}
        onChange={event => { setSearch(event.target.value) }}
      />
      <ul className={css['cards']} aria-label={t.create.choose}>
        {byLabel.filter(kind => refusalOf(kind) === null).map(kind => (
          <li key={kind.name}>
            <Link to="/manage/tasks/new" search={{ kind: kind.name }} className={css['card']}>
              <strong>{kind.label}</strong>
              <span className={css['softWrap']}>{kind.does}</span>
              <ChevronRight aria-hidden="true" />
            </Link>
          </li>
        ))}
      </ul>
      {byLabel.some(kind => refusalOf(kind) !== null) ? <h2>{t.create.refused}</h2> : null}
      <ul className={css['refused']}>
        {byLabel.map(kind => {
          const refusal = refusalOf(kind)
          return refusal === null ? null : (
            <li key={kind.name}>
              <Ban aria-hidden="true" /><span>{kind.label}</span>
              <span className={css['softWrap']}>{refusal}</span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

function NewOf({ kind, query }: { readonly kind: Kind; readonly query: Query }) {
  const t = useTaskTexts()
  const navigate = useNavigate()
  const refusal = useRefusal()(kind)
  const { kind: _kind, ...given } = query
  const form = useForm({ object: 'Task', id: null, variant: kind.name, initial: { ...given, '@type': kind.name } })
  const [chosen, setChosen] = useState(false)
  const due = dueOf(form.value)
  // A draft that is taken over may have a moment.
  const later = chosen || due !== null
  const setDue = (value: string | null) => { form.set(['status', 'due'], value ?? undefined) }
  if (refusal !== null) {
    return <Panel title={t.create.refusedTitle}><Status tone="warn">{refusal}</Status></Panel>
  }
  return (
    <>
      <WhereItRuns kind={kind} />
      <FormFrame
        form={form} onCancel={() => { void navigate({ to: '/manage/tasks/new' }) }}
        onSaved={row => {
          toast({ title: t.created })
          void navigate({ to: `/manage/tasks/${row.id}`, search: { kind: kind.name } })
        }}
      >
        {kind.name === 'DestroyAccount' ? <p className={css['warning']} role="note"><TriangleAlert aria-hidden="true" />{t.create.destroyAccount}</p> : null}
        <FormSections form={form} omit={COMMON_FIELDS} />
        <Panel title={t.create.when}>
          <div className={css['bar']} role="radiogroup" aria-label={t.create.when}>
            <label className={css['radio']}>
              <input type="radio" name="when" checked={!later} onChange={() => { setChosen(false); setDue(null) }} />{t.create.now}
            </label>
            <label className={css['radio']}>
              <input type="radio" name="when" checked={later} onChange={() => { setChosen(true) }} />{t.create.later}
            </label>
          </div>
          {later ? <MomentField label={t.create.laterAt} value={due} onChange={setDue} /> : null}
        </Panel>
      </FormFrame>
    </>
  )
}

function dueOf({ status }: { readonly [key: string]: unknown }): string | null {
  const due = typeof status === 'object' && status !== null && 'due' in status ? status.due : null
  return typeof due === 'string' ? due : null
}

/** Lane and duty, and whether a node has it now. */
function WhereItRuns({ kind: { lane, duty } }: { readonly kind: Kind }) {
  const t = useTaskTexts()
  const label = useDutyLabel()
  const holders = useDuty(duty)
  const none = holders?.having.length === 0
  return (
    <Panel>
      <dl className={css['facts']}>
        <div><dt>{t.create.lane}</dt><dd><Link to="/manage/tasks" search={{ 'f.lane': lane }}>{lane}</Link></dd></div>
        <div>
          <dt>{t.create.duty}</dt>
          <dd>
            {label(duty)}
            {holders === null || none ? null : <> <Link to="/manage/cluster" className={css['soft']}>{t.create.nodes(holders.having.length)}</Link></>}
          </dd>
        </div>
      </dl>
      {none ? (
        <div className={css['stack']} role="note">
          <p className={css['warning']}><TriangleAlert aria-hidden="true" />{t.create.noNode(label(duty))}</p>
          <NoNode duty={duty} />
        </div>
      ) : null}
    </Panel>
  )
}
