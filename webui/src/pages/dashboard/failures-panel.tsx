/** Why tasks have failed: the largest groups of one kind and one reason. */
import { Link } from '@tanstack/react-router'
import { useModel } from '../../api/context.ts'
import { Count } from '../../parts/amounts.tsx'
import { PlainTable } from '../../parts/plain-table.tsx'
import { Status } from '../../parts/status.tsx'
import { Time } from '../../parts/time.tsx'
import { failureGroup } from './addresses.ts'
import { AnswerPanel } from './answer-panel.tsx'
import css from './dashboard.module.css'
import type { Answer, Failures } from './questions.ts'
import { useDashboardTexts } from './texts.ts'

const SHOWN = 6
const ALL = '/manage/tasks/failed'

export function FailuresPanel({ answer }: { readonly answer: Answer<Failures> }) {
  const { failures: t } = useDashboardTexts()
  const variants = useModel().enum('TaskType')
  const labelOf = (variant: string) => variants.find(({ name }) => name === variant)?.label ?? variant
  return (
    <AnswerPanel title={t.title} all={t.all} to={ALL} answer={answer}>
      {({ groups }) => groups.length === 0 ? <Status tone="good">{t.none}</Status> : <>
        <PlainTable
          label={t.title}
          columns={[{ key: 'reason', label: t.reason }, { key: 'kind', label: t.kind }, { key: 'count', label: t.count, align: 'end' }, { key: 'newest', label: t.newest, align: 'end' }]}
          rows={groups.slice(0, SHOWN).map(({ id, variant, reason, count, newest }) => ({
            key: id,
            cells: {
              reason: <span className={css['reason']}>{reason}</span>,
              kind: labelOf(variant),
              count: <Link to={failureGroup(id)}><Count value={count} /></Link>,
              newest: <Time at={newest} relative />,
            },
          }))}
        />
        {groups.length <= SHOWN ? null : <p><Link to={ALL}>{t.others(groups.length - SHOWN)}</Link></p>}
      </>}
    </AnswerPanel>
  )
}
