/**
 * Asks before something is done to many tasks: counts them first, then does it in steps with a bar, and says at the end
 * what became of them. It can be stopped between two steps, and goes on after a failure where it was.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { browserClock } from '../../api/browser.ts'
import { useMay, useServer } from '../../api/context.ts'
import type { Failure } from '../../api/failure.ts'
import { failureOf } from '../../api/failure.ts'
import { keys } from '../../api/keys.ts'
import { Progress } from '../../parts/amounts.tsx'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { useTexts } from '../../texts/language.ts'
import { BulkGroups, BulkResult } from './bulk-sums.tsx'
import type { BulkAction, BulkCount, BulkSums, BulkTarget } from './bulk.ts'
import { BulkRun, countBulk } from './bulk.ts'
import { MomentField, ReasonField } from './order-fields.tsx'
import css from './tasks.module.css'
import { useTaskTexts } from './texts.ts'

export interface BulkQuestion { readonly action: BulkAction; readonly target: BulkTarget }

type Stage =
  | { readonly at: 'asking' }
  | { readonly at: 'working'; readonly stopping: boolean }
  | { readonly at: 'held'; readonly failure: Failure | null }
  | { readonly at: 'over' }

/** What an action changes: these lists are read again. */
const CHANGED = ['Task', 'TaskFailure', 'TaskRun']

export function BulkDialog({ question, onClose }: {
  /** null: nothing is asked. */
  readonly question: BulkQuestion | null
  /** `done`: it has changed something. */
  readonly onClose: (done: boolean) => void
}) {
  return question === null ? null : <Asked key={JSON.stringify([question.action, question.target])} question={question} onClose={onClose} />
}

function Asked({ question: { action, target }, onClose }: { readonly question: BulkQuestion; readonly onClose: (done: boolean) => void }) {
  const t = useTexts()
  const tt = useTaskTexts()
  const may = useMay()
  const { api } = useServer()
  const client = useQueryClient()
  const [due, setDue] = useState<string | null>(null)
  const [reason, setReason] = useState('')
  const [missing, setMissing] = useState(false)
  const [stage, setStage] = useState<Stage>({ at: 'asking' })
  const [sums, setSums] = useState<BulkSums | null>(null)
  const run = useRef<BulkRun | null>(null)
  const stop = useRef(new AbortController())
  const call = (name: string, args: Parameters<typeof api.call>[1]) => api.call(name, args)
  // Outside of what live changes ask anew: what is confirmed is what was counted.
  const count = useQuery({
    queryKey: ['bulk', action, target], gcTime: 0, staleTime: Infinity, refetchOnWindowFocus: false,
    queryFn: () => countBulk(call, target, { action }),
  })
  const counted = count.data

  const go = async () => {
    stop.current = new AbortController()
    setStage({ at: 'working', stopping: false })
    try {
      await run.current?.run(stop.current.signal, setSums)
      setStage(run.current?.over === true ? { at: 'over' } : { at: 'held', failure: null })
    } catch (error) {
      setStage({ at: 'held', failure: failureOf(error) })
    }
    await Promise.all(CHANGED.map(object => client.invalidateQueries({ queryKey: keys.all(object) })))
  }
  const begin = (known: BulkCount) => {
    setMissing(action === 'reschedule' && due === null)
    if (action === 'reschedule' && due === null) return
    run.current = new BulkRun(call, target, { action, ...(due === null ? {} : { due }), reason }, known, browserClock.now())
    void go()
  }
  const close = () => {
    stop.current.abort()
    onClose(sums !== null && sums.changed + sums.requested > 0)
  }
  const nothing = counted?.matched === 0
  const title = stage.at === 'over' ? tt.bulk.overTitle : counted === undefined ? tt.actions[action] : tt.bulk.title[action](counted.matched)

  return (
    <Dialog
      open wide title={title} {...(stage.at === 'working' ? {} : { onClose: close })}
      {...(stage.at === 'asking' ? { text: tt.bulk.what[action] } : {})}
      actions={<>
        {stage.at === 'asking' ? <Button onClick={close}>{t.action.close}</Button> : null}
        {stage.at === 'asking' && counted !== undefined && !nothing
          ? <Button kind={action === 'destroy' ? 'danger' : 'main'} onClick={() => { begin(counted) }}>{tt.bulk.go[action]}</Button> : null}
        {stage.at === 'working' ? (
          <Button
            disabled={stage.stopping}
            onClick={() => {
              stop.current.abort()
              setStage({ at: 'working', stopping: true })
            }}
          >{stage.stopping ? tt.bulk.stopping : tt.bulk.stop}</Button>
        ) : null}
        {stage.at === 'held' ? <><Button onClick={close}>{t.action.close}</Button><Button kind="main" onClick={() => { void go() }}>{tt.bulk.goOn}</Button></> : null}
        {stage.at === 'over' ? <Button kind="main" onClick={close}>{t.action.close}</Button> : null}
      </>}
    >
      <div className={css['stack']}>
        {count.error === null ? null : <FailurePanel failure={failureOf(count.error)} onRetry={() => { void count.refetch() }} />}
        {counted === undefined && count.error === null ? <Skeleton lines={3} /> : null}
        {stage.at === 'asking' && counted !== undefined ? (
          nothing ? <p>{tt.bulk.none}</p> : <>
            <BulkGroups groups={counted.groups} />
            <div className={css['notes']}>
              {counted.running > 0 ? <p>{tt.bulk.runningNote(counted.running)}</p> : null}
              {counted.refused > 0 ? <p>{tt.bulk.refusedNote(counted.refused)}</p> : null}
              {action === 'destroy' && counted.groups.some(({ variant }) => variant === 'DestroyAccount') ? <p>{tt.bulk.accountsNote}</p> : null}
            </div>
            {action === 'reschedule' ? <MomentField label={tt.bulk.due} value={due} onChange={setDue} error={missing && due === null ? tt.bulk.dueMissing : null} /> : null}
            {action === 'park' ? <ReasonField value={reason} onChange={setReason} /> : null}
          </>
        ) : null}
        {stage.at === 'asking' || counted === undefined ? null : (
          <div className={css['stack']} aria-live="polite">
            <p className={css['bar']}>
              <Progress value={sums?.matched ?? 0} of={Math.max(counted.matched, 1)} label={tt.bulk.progress} />
              <span>{tt.bulk.working(sums?.matched ?? 0, counted.matched)}</span>
            </p>
            {stage.at === 'held' && stage.failure === null ? <p>{tt.bulk.stopped}</p> : null}
            {sums === null ? null : <BulkResult sums={sums} action={action} />}
            {stage.at === 'over' && may('AuditEntry', 'Query') ? <p><Link to="/manage/o/AuditEntry" search={{ 'f.objectName': 'Task', 'f.objectId': 'bulk' }}>{tt.bulk.audit}</Link></p> : null}
          </div>
        )}
        {stage.at === 'held' && stage.failure !== null ? <FailurePanel failure={stage.failure} /> : null}
      </div>
    </Dialog>
  )
}
