/** How many tasks of an account or a domain wait, run and have failed, each leading to just those. */
import { Link } from '@tanstack/react-router'
import { useContext } from 'react'
import { useMay } from '../api/context.ts'
import type { TaskSubject } from '../api/task-counts.ts'
import { useTaskCounts } from '../api/task-counts.ts'
import { listAddress, WAITING } from '../lists/places.ts'
import { useLanguage, useTexts } from '../texts/language.ts'
import { InCell } from './in-cell.ts'
import css from './task-counts.module.css'

export function TaskCounts({ about }: { readonly about: TaskSubject }) {
  return useMay()('Task', 'Query') ? <Counts about={about} /> : <span className={css['none']}>–</span>
}

function Counts({ about }: { readonly about: TaskSubject }) {
  const t = useTexts()
  const language = useLanguage()
  const inCell = useContext(InCell)
  const { data } = useTaskCounts(about)
  if (data === undefined) return <span className={css['none']}>…</span>
  const write = (value: number) => new Intl.NumberFormat(language).format(value)
  const { waiting, running, failed } = data
  if (waiting + running + failed === 0) return <span className={css['none']}>0</span>
  return (
    <span className={`${css['counts']} ${inCell ? css['line'] : ''}`}>
      {waiting === 0 ? null : <Link to={tasksAbout(about, { 'f.running': 'false', ...WAITING })}>{t.taskCounts.waiting(write(waiting))}</Link>}
      {running === 0 ? null : <Link to={tasksAbout(about, { 'f.running': 'true' })}>{t.taskCounts.running(write(running))}</Link>}
      {failed === 0 ? null : <Link to={tasksAbout(about, { 'f.status': 'Failed' })} className={css['failed']}>{t.taskCounts.failed(write(failed))}</Link>}
    </span>
  )
}

/** The list of the tasks of an account or a domain; `also`: further filters. */
export function tasksAbout(about: TaskSubject, also: Readonly<Record<string, string>> = {}): string {
  const filters = Object.entries(about).map(([field, id]): [string, string] => [`f.${field}`, id])
  return `${listAddress('Task')}?${new URLSearchParams([...filters, ...Object.entries(also)]).toString()}`
}
