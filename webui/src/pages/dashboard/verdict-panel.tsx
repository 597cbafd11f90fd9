/** The sentence that says whether the cluster is well, its first cause, and below it the others. */
import { Link } from '@tanstack/react-router'
import { CircleAlert, CircleCheck, CircleDashed, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../parts/button.tsx'
import { durationText } from '../../parts/duration.ts'
import { Status } from '../../parts/status.tsx'
import { useLanguage, useTexts } from '../../texts/language.ts'
import type { Cause, Verdict } from './health.ts'
import { verdictOf } from './health.ts'
import { useDashboardTexts } from './texts.ts'
import css from './verdict-panel.module.css'

const ICONS: Readonly<Record<Verdict, typeof CircleCheck>> = { well: CircleCheck, attention: TriangleAlert, trouble: CircleAlert }
/** Others that stand below the first without being asked for. */
const SHOWN = 4

/** `causes` null: not all is known yet. */
export function VerdictPanel({ causes, nowMs }: { readonly causes: readonly Cause[] | null; readonly nowMs: number }) {
  const own = useDashboardTexts()
  const [open, setOpen] = useState(false)
  const words = useCauseWords(nowMs)
  const verdict = causes === null ? null : verdictOf(causes)
  const Icon = verdict === null ? CircleDashed : ICONS[verdict]
  const [first, ...others] = causes ?? []
  const shown = open ? others : others.slice(0, SHOWN)
  return (
    <section className={`${css['verdict']} ${css[verdict ?? 'asking']}`} aria-label={own.subtitle}>
      <Icon aria-hidden="true" />
      <div className={css['words']}>
        <p className={css['sentence']} role="status">
          {verdict === null ? own.asking : own.verdict[verdict]}
          {first === undefined ? null : <> <Link to={first.to}>{words(first)}</Link>.</>}
        </p>
        {verdict === 'well' ? <p className={css['detail']}>{own.wellDetail}</p> : null}
        {first?.kind === 'finding' ? <p className={css['detail']}>{own.advice[first.finding.kind] ?? first.finding.advice}</p> : null}
        {others.length === 0 ? null : (
          <ul className={css['others']} aria-label={own.others}>
            {shown.map((cause, index) => (
              <li key={index}>
                <Status tone={cause.severity === 'trouble' ? 'bad' : 'warn'}><span className="unseen">{own.severity[cause.severity]}: </span></Status>
                <Link to={cause.to}>{words(cause)}</Link>
              </li>
            ))}
          </ul>
        )}
        {others.length <= SHOWN ? null : (
          <Button kind="quiet" aria-expanded={open} onClick={() => { setOpen(!open) }}>{open ? own.less : own.more(others.length - SHOWN)}</Button>
        )}
      </div>
    </section>
  )
}

function useCauseWords(nowMs: number): (cause: Cause) => string {
  const t = useTexts()
  const own = useDashboardTexts()
  const language = useLanguage()
  const span = (ms: number) => durationText(ms, t.time.units, language)
  return cause => {
    switch (cause.kind) {
      case 'finding': return own.finding[cause.finding.kind]?.(cause.subjects.join(', ')) ?? cause.finding.text
      case 'waiting': return own.cause.waiting(cause.lane, span(cause.waitedMs))
      case 'failed': return own.cause.failed(cause.count)
      case 'failing': return own.cause.failing(new Intl.NumberFormat(language, { style: 'percent' }).format(cause.share), cause.runs)
      case 'silentNode': return own.cause.silentNode(cause.hostname)
      case 'listener': return own.cause.listener(cause.hostname, cause.listener, cause.address)
      case 'certificateOver': return own.cause.certificateOver(cause.name)
      case 'certificateEnds': return own.cause.certificateEnds(cause.name, span(Date.parse(cause.at) - nowMs))
      case 'scheduleFailed': return own.cause.scheduleFailed(cause.name)
      case 'scheduleLate': return own.cause.scheduleLate(cause.name)
      case 'unknown': return own.cause.unknown(own.part[cause.part])
    }
  }
}
