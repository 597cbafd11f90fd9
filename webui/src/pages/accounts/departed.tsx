/** The page of an account that is not there: deleted and able to come back, being removed, or gone. */
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../../api/context.ts'
import { failureOf } from '../../api/failure.ts'
import { useRows, useSave } from '../../api/hooks.ts'
import { objectAddress } from '../../lists/places.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Page as Frame, Panel } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { Time } from '../../parts/time.tsx'
import { toast } from '../../parts/toast.tsx'
import css from './account-detail.module.css'
import type { Departure } from './departure.ts'
import { departureOf } from './departure.ts'
import { DepartedName } from './departed-name.tsx'
import { DepartureStatus } from './departure-status.tsx'
import { RecoverButton } from './recover.tsx'
import { useAccountTexts } from './texts.ts'

export function Departed({ accountId }: { readonly accountId: string }) {
  const { departed: t } = useAccountTexts()
  const { data, error, refetch } = useRows('Task', { filter: { '@type': 'DestroyAccount', accountId }, limit: 1 })
  const [task] = data ?? []
  return (
    <Frame title={t.title} actions={<ButtonLink to="/manage/accounts">{t.back}</ButtonLink>}>
      {error === null ? null : <FailurePanel failure={failureOf(error)} onRetry={() => { void refetch() }} />}
      {data === undefined && error === null ? <Skeleton lines={4} /> : null}
      {data !== undefined && task === undefined ? <FailurePanel failure={{ kind: 'notFound', detail: null }} /> : null}
      {task === undefined ? null : <Leaving departure={departureOf(task)} />}
    </Frame>
  )
}

function Leaving({ departure }: { readonly departure: Departure }) {
  const { departed: t } = useAccountTexts()
  const may = useMay()
  const { taskId, state, due, failure, progress } = departure
  return (
    <Panel title={<DepartedName of={departure} />}>
      <p className={css['status']}><DepartureStatus state={state} words={t} /></p>
      <dl className={css['facts']}>
        {due === null ? null : <div><dt>{t.goes}</dt><dd><Time at={due} relative />, <Time at={due} /></dd></div>}
        {progress === null ? null : <div><dt>{t.progress}</dt><dd>{progress}</dd></div>}
        {failure === null ? null : <div><dt>{t.reason}</dt><dd>{failure}</dd></div>}
        <div><dt>{t.task}</dt><dd><Link to={objectAddress('Task', taskId)}>{taskId}</Link></dd></div>
      </dl>
      <div className={css['buttons']}>
        <RecoverButton departure={departure} main />
        {state === 'removing' || !may('Task', 'Update') || !may('Account', 'Destroy') ? null : <RemoveNow departure={departure} />}
        {state === 'waits' ? <ButtonLink kind="quiet" to={objectAddress('Task', taskId)}>{t.later}</ButtonLink> : null}
      </div>
    </Panel>
  )
}

function RemoveNow({ departure: { taskId, name } }: { readonly departure: Departure }) {
  const { departed: t } = useAccountTexts()
  const save = useSave('Task')
  const [asking, setAsking] = useState(false)
  const remove = () => {
    save.mutate({ id: taskId, patch: { status: { '@type': 'Pending' } } }, {
      onSuccess: () => {
        setAsking(false)
        toast({ title: t.nowDone })
      },
    })
  }
  return <>
    <Button kind="danger" onClick={() => { setAsking(true) }}>{t.now}</Button>
    <ConfirmDialog
      open={asking} onClose={() => { setAsking(false) }} onConfirm={remove} danger busy={save.isPending} failure={save.error === null ? null : failureOf(save.error)}
      title={t.nowTitle(name)} text={t.nowText} action={t.now} word={name}
    />
  </>
}
