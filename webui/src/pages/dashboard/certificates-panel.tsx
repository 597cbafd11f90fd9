/** Certificates that end soon; when there are none, the next one to end. */
import { Link } from '@tanstack/react-router'
import { listAddress, objectAddress } from '../../lists/places.ts'
import { Status } from '../../parts/status.tsx'
import { Time } from '../../parts/time.tsx'
import { AnswerPanel } from './answer-panel.tsx'
import css from './dashboard.module.css'
import type { Certificate } from './facts.ts'
import { CERTIFICATE_MS_ATTENTION } from './health.ts'
import type { Answer } from './questions.ts'
import { useDashboardTexts } from './texts.ts'

export function CertificatesPanel({ answer, nowMs }: { readonly answer: Answer<readonly Certificate[]>; readonly nowMs: number }) {
  const { certificates: t } = useDashboardTexts()
  return (
    <AnswerPanel title={t.title} all={t.all} to={listAddress('Certificate')} answer={answer} lines={2}>
      {certificates => {
        const sorted = certificates.toSorted((one, other) => one.untilMs - other.untilMs)
        const ending = sorted.filter(({ untilMs }) => untilMs - nowMs < CERTIFICATE_MS_ATTENTION)
        const [next] = sorted
        if (next === undefined) return <p className={css['note']}>{t.none}</p>
        if (ending.length === 0) {
          return <p className={css['good']}><Status tone="good">{t.good}</Status><span>{t.nextEnd} <Named of={next} />, <Time at={next.until} relative /></span></p>
        }
        return (
          <ul className={css['list']}>
            {ending.map(certificate => {
              const over = certificate.untilMs <= nowMs
              return (
                <li key={certificate.id}>
                  <Status tone={over ? 'bad' : 'warn'}><Named of={certificate} /></Status>
                  <span>{over ? t.over : t.ends} <Time at={certificate.until} relative /></span>
                </li>
              )
            })}
          </ul>
        )
      }}
    </AnswerPanel>
  )
}

function Named({ of: { id, name, names } }: { readonly of: Certificate }) {
  return <Link to={objectAddress('Certificate', id)}>{name}{names > 1 ? ` +${names - 1}` : ''}</Link>
}
