/** One archived item: what it is, whether it comes back, and if not, why. */
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useMay } from '../../api/context.ts'
import { failureOf } from '../../api/failure.ts'
import type { Row } from '../../api/hooks.ts'
import { useObject, useRows, useSave } from '../../api/hooks.ts'
import { ObjectFields } from '../../lists/object-detail.tsx'
import { listAddress, objectAddress } from '../../lists/places.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { CopyId } from '../../parts/copy-id.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Page as Frame, Panel } from '../../parts/page.tsx'
import { EmptyState, Skeleton } from '../../parts/states.tsx'
import type { Tone } from '../../parts/status.tsx'
import { Status } from '../../parts/status.tsx'
import { toast } from '../../parts/toast.tsx'
import { useTexts } from '../../texts/language.ts'
import css from './archived-items.module.css'
import { DestroyButton } from './destroy-button.tsx'
import { KeepButton } from './keep-button.tsx'
import { RestoreButton } from './restore-button.tsx'
import type { Restore } from './restores.ts'
import { labelOf, restoreFor, restoreOf } from './restores.ts'
import { useArchivedTexts } from './texts.ts'

const OBJECT = 'ArchivedItem'
const TYPE = 'RestoreArchivedItem'
const TASKS_MAX = 100
const AGAIN_MS = 2_000
const TONES: Readonly<Record<Restore['state'], Tone>> = { waits: 'idle', runs: 'busy', again: 'warn', failed: 'bad' }

export function Page() {
  const { id = '' } = useParams({ strict: false })
  return <ItemPage key={id} id={id} />
}

function ItemPage({ id }: { readonly id: string }) {
  const t = useTexts()
  const own = useArchivedTexts()
  const may = useMay()
  const navigate = useNavigate()
  const { data, error, refetch } = useObject(OBJECT, id)
  const list = listAddress(OBJECT)
  if (data === null) return <Gone />
  return (
    <Frame
      title={data === undefined ? t.nav.archivedItems : labelOf(data) || own.nameless} subtitle={<CopyId id={id} />}
      actions={data === undefined ? undefined : <>
        {may(OBJECT, 'Update') && may('Account', 'Update') ? <KeepButton ids={[id]} onDone={() => { void refetch() }} /> : null}
        {may(OBJECT, 'Destroy') ? <DestroyButton ids={[id]} onDone={() => { void navigate({ to: list }) }} /> : null}
      </>}
    >
      {error === null ? null : <FailurePanel failure={failureOf(error)} onRetry={() => { void refetch() }} />}
      {data === undefined ? (error === null ? <Skeleton lines={8} /> : null) : <>
        <Restoring item={data} />
        <ObjectFields object={OBJECT} value={data} />
      </>}
    </Frame>
  )
}

function Restoring({ item }: { readonly item: Row }) {
  const { detail: t } = useArchivedTexts()
  const may = useMay()
  const asked = item['status'] === 'requestRestore'
  return (
    <Panel title={t.title}>
      {asked && may('Task', 'Query') ? <Asked item={item} /> : <Status tone="idle">{asked ? t.waits : item['@type'] === 'Email' ? t.archived : t.onlyMail}</Status>}
      {!asked && item['@type'] === 'Email' && may(OBJECT, 'Update') ? <div className={css['buttons']}><RestoreButton ids={[item.id]} onAsked={() => undefined} main /></div> : null}
    </Panel>
  )
}

/** The request is carried out by a task, which says how it stands. */
function Asked({ item }: { readonly item: Row }) {
  const { detail: t } = useArchivedTexts()
  const may = useMay()
  const saveTask = useSave('Task')
  const saveItem = useSave(OBJECT)
  const { data } = useRows('Task', { filter: { '@type': TYPE, accountId: String(item['accountId']) }, limit: TASKS_MAX, everyMs: AGAIN_MS })
  const restore = restoreFor(item, (data ?? []).map(restoreOf))
  const error = saveTask.error ?? saveItem.error
  if (data === undefined) return <Skeleton lines={2} />
  return <>
    <Status tone={restore === null ? 'idle' : TONES[restore.state]}>{restore === null ? t.noTask : t[restore.state]}</Status>
    {restore === null ? null : (
      <dl className={css['facts']}>
        {restore.reason === null ? null : <div><dt>{t.reason}</dt><dd>{restore.reason}</dd></div>}
        <div><dt>{t.task}</dt><dd><Link to={objectAddress('Task', restore.taskId)}>{restore.taskId}</Link></dd></div>
      </dl>
    )}
    {error === null ? null : <FailurePanel failure={failureOf(error)} />}
    <div className={css['buttons']}>
      {restore === null || (restore.state !== 'failed' && restore.state !== 'again') || !may('Task', 'Update') ? null : (
        <Button
          kind="main" disabled={saveTask.isPending}
          onClick={() => { saveTask.mutate({ id: restore.taskId, patch: { status: { '@type': 'Pending' } } }, { onSuccess: () => { toast({ title: t.retried }) } }) }}
        >{t.retry}</Button>
      )}
      {may(OBJECT, 'Update') ? (
        <Button
          disabled={saveItem.isPending}
          onClick={() => { saveItem.mutate({ id: item.id, patch: { status: 'archived' } }, { onSuccess: () => { toast({ title: t.withdrawn }) } }) }}
        >{t.withdraw}</Button>
      ) : null}
    </div>
  </>
}

function Gone() {
  const { detail: t } = useArchivedTexts()
  const may = useMay()
  const runs = `${listAddress('TaskRun')}?${new URLSearchParams({ 'f.variant': TYPE }).toString()}`
  return (
    <Frame title={t.goneTitle} actions={<ButtonLink to={listAddress(OBJECT)}>{t.back}</ButtonLink>}>
      <EmptyState title={t.goneTitle} next={t.gone} action={may('TaskRun', 'Query') ? <ButtonLink to={runs}>{t.runsLink}</ButtonLink> : undefined} />
    </Frame>
  )
}
