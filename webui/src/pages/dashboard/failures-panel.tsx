/** Why tasks have failed: the largest groups of one kind and one reason. */
import { Link } from '@tanstack/react-router'
import { useModel } from '../../api/context.ts'
import { listAddress, objectAddress } from '../../lists/places.ts'
import { Count } from '../../parts/amounts.tsx'
import { SimpleTable } from '../../parts/simple-table.tsx'
import { Status } from '../../parts/status.tsx'
import { Time } from '../../parts/time.tsx'
import { AnswerPanel } from './answer-panel.tsx'
import type { Answer, Failures } from './questions.ts'
import { useDashboardTexts } from './texts.ts'

const SHOWN = 6
const ALL = listAddress('TaskFailure')

export function FailuresPanel({ answer }: { readonly answer: Answer<Failures> }) {
  const { failures: t } = useDashboardTexts()
  const variants = useModel().enum('TaskType')
  const labelOf = (variant: string) => variants.find(({ name }) => name === variant)?.label ?? variant
  return (
    <AnswerPanel title={t.title} all={t.all} to={ALL} answer={answer}>
      {({ groups }) => groups.length === 0 ? <Status tone="good">{t.none}</Status> : <>
        <SimpleTable
          label={t.title} rows={groups.slice(0, SHOWN)} rowKey={({ id }) => id}
          columns={[
            { key: 'reason', label: t.reason, cell: ({ reason }) => reason },
            { key: 'kind', label: t.kind, cell: ({ variant }) => labelOf(variant) },
            { key: 'count', label: t.count, align: 'end', cell: ({ id, count }) => <Link to={objectAddress('TaskFailure', id)}><Count value={count} /></Link> },
            { key: 'newest', label: t.newest, align: 'end', cell: ({ newest }) => <Time at={newest} relative /> },
          ]}
        />
        {groups.length <= SHOWN ? null : <p><Link to={ALL}>{t.others(groups.length - SHOWN)}</Link></p>}
      </>}
    </AnswerPanel>
  )
}
