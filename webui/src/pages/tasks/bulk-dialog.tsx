/**
 * Asks before something is done to many tasks: counts them first, then does it in steps with a bar, and says at the end
 * what became of them. It can be stopped between two steps, and goes on after a failure where it was.
 */
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../../api/context.ts'
import { failureOf } from '../../api/failure.ts'
import { Progress } from '../../parts/amounts.tsx'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { useTexts } from '../../texts/language.ts'
import { BulkGroups, BulkResult } from './bulk-sums.tsx'
import type { BulkAction, BulkCount, BulkSums } from './bulk.ts'
import { MomentField, ReasonField } from './order-fields.tsx'
import css from './tasks.module.css'
import { useTaskTexts } from './texts.ts'
import type { BulkQuestion, Stage } from './use-bulk.ts'
import { useBulk } from './use-bulk.ts'

export function BulkDialog({ question, onClose }: {
  /** null: nothing is asked. */
  readonly question: BulkQuestion | null
  /** `done`: it has changed something. */
  readonly onClose: (done: boolean) => void
}) {
  return question === null ? null : <Asked key={JSON.stringify([question.action, question.target])} question={question} onClose={onClose} />
}

function Asked({ question, onClose }: { readonly question: BulkQuestion; readonly onClose: (done: boolean) => void }) {
  const t = useTexts()
  const tt = useTaskTexts()
  const { action } = question
  const { stage, sums, count, begin, goOn, stop } = useBulk(question)
  const [due, setDue] = useState<string | null>(null)
  const [reason, setReason] = useState('')
  const [missing, setMissing] = useState(false)
  const counted = count.data
  const start = (known: BulkCount) => {
    const lacks = action === 'reschedule' && due === null
    setMissing(lacks)
    if (!lacks) void begin({ action, ...(due === null ? {} : { due }), reason }, known)
  }
  const close = () => {
    stop()
    onClose(sums !== null && sums.changed + sums.requested > 0)
  }
  const title = stage.at === 'over' ? tt.bulk.overTitle : counted === undefined ? tt.actions[action] : tt.bulk.title[action](counted.matched)
  return (
    <Dialog
      open wide title={title} {...(stage.at === 'working' ? {} : { onClose: close })}
      {...(stage.at === 'asking' ? { text: tt.bulk.what[action] } : {})}
      actions={<>
        {stage.at === 'asking' || stage.at === 'held' ? <Button onClick={close}>{t.action.close}</Button> : null}
        {stage.at === 'asking' && counted !== undefined && counted.matched > 0
          ? <Button kind={action === 'destroy' ? 'danger' : 'main'} onClick={() => { start(counted) }}>{tt.bulk.go[action]}</Button> : null}
        {stage.at === 'working' ? <Button disabled={stage.stopping} onClick={stop}>{stage.stopping ? tt.bulk.stopping : tt.bulk.stop}</Button> : null}
        {stage.at === 'held' ? <Button kind="main" onClick={() => { void goOn() }}>{tt.bulk.goOn}</Button> : null}
        {stage.at === 'over' ? <Button kind="main" onClick={close}>{t.action.close}</Button> : null}
      </>}
    >
      <div className={css['stack']}>
        {count.error === null ? null : <FailurePanel failure={failureOf(count.error)} onRetry={() => { void count.refetch() }} />}
        {counted === undefined && count.error === null ? <Skeleton lines={3} /> : null}
        {stage.at === 'asking' && counted !== undefined ? <>
          {stage.again ? <p role="alert">{tt.bulk.again}</p> : null}
          <Counted counted={counted} action={action} />
          {action === 'reschedule' ? <MomentField label={tt.bulk.due} value={due} onChange={setDue} error={missing && due === null ? tt.bulk.dueMissing : null} /> : null}
          {action === 'park' ? <ReasonField value={reason} onChange={setReason} /> : null}
        </> : null}
        {stage.at === 'asking' || counted === undefined ? null : <Course stage={stage} sums={sums} counted={counted} action={action} />}
      </div>
    </Dialog>
  )
}

/** What the action would meet. */
function Counted({ counted, action }: { readonly counted: BulkCount; readonly action: BulkAction }) {
  const { bulk } = useTaskTexts()
  if (counted.matched === 0) return <p>{bulk.none}</p>
  return (
    <>
      <BulkGroups groups={counted.groups} />
      <div className={css['notes']}>
        {counted.running > 0 ? <p>{bulk.runningNote(counted.running)}</p> : null}
        {counted.refused > 0 ? <p>{bulk.refusedNote(counted.refused)}</p> : null}
        {action === 'destroy' && counted.groups.some(({ variant }) => variant === 'DestroyAccount') ? <p>{bulk.accountsNote}</p> : null}
      </div>
    </>
  )
}

/** How far it is, and what became of the tasks. */
function Course({ stage, sums, counted, action }: {
  readonly stage: Exclude<Stage, { readonly at: 'asking' }>
  readonly sums: BulkSums | null
  readonly counted: BulkCount
  readonly action: BulkAction
}) {
  const { bulk } = useTaskTexts()
  const may = useMay()
  const done = sums?.matched ?? 0
  return (
    <div className={css['stack']} aria-live="polite">
      <p className={css['bar']}>
        <Progress value={done} of={Math.max(counted.matched, 1)} label={bulk.progress} />
        <span>{bulk.working(done, counted.matched)}</span>
      </p>
      {stage.at === 'held' && stage.failure === null ? <p>{bulk.stopped}</p> : null}
      {stage.at === 'held' && stage.failure !== null ? <FailurePanel failure={stage.failure} /> : null}
      {sums === null ? null : <BulkResult sums={sums} action={action} />}
      {stage.at === 'over' && may('AuditEntry', 'Query') ? <p><Link to="/manage/o/AuditEntry" search={{ 'f.objectName': 'Task', 'f.objectId': 'bulk' }}>{bulk.audit}</Link></p> : null}
    </div>
  )
}
