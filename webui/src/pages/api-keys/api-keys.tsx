/** Settings › API keys: who has one, what it may do, when it was used; `?key=` is the editor of one, `?new=` that of a new one. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useMemo } from 'react'
import { membersOf } from '../../api/cluster.ts'
import { useMay } from '../../api/context.ts'
import { failureOf } from '../../api/failure.ts'
import type { Row } from '../../api/hooks.ts'
import { useList, useObject } from '../../api/hooks.ts'
import { DeleteButton } from '../../lists/delete-button.tsx'
import { Reference } from '../../lists/value.tsx'
import { ButtonLink } from '../../parts/button.tsx'
import type { Column } from '../../parts/column-model.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { relativeText } from '../../parts/moment.ts'
import { Page as Frame } from '../../parts/page.tsx'
import { EmptyState, Skeleton } from '../../parts/states.tsx'
import type { Tone } from '../../parts/status.tsx'
import { Status } from '../../parts/status.tsx'
import { Time, useNow } from '../../parts/time.tsx'
import { Warning } from '../../parts/warning.tsx'
import { useLanguage, useTexts } from '../../texts/language.ts'
import css from './api-keys.module.css'
import type { Life } from './key.ts'
import { lifeOf, rightsOf } from './key.ts'
import { KeyEditor } from './key-editor.tsx'
import { useKeyTexts } from './texts.ts'

const PLACE = '/settings/api-keys'

export function Page() {
  const t = useKeyTexts()
  const may = useMay()
  const navigate = useNavigate()
  const { key, new: made }: { readonly key?: string; readonly new?: string } = useSearch({ strict: false })
  const leave = () => { void navigate({ to: PLACE }) }
  const all = <ButtonLink kind="quiet" to={PLACE}>{t.back}</ButtonLink>
  if (made !== undefined) return <Frame title={t.newTitle} subtitle={t.newSubtitle} actions={all}><KeyEditor stored={null} onDone={leave} /></Frame>
  if (key !== undefined) return <OneKey key={key} id={key} onDone={leave} />
  return <Frame fill title={t.title} subtitle={t.subtitle} actions={may('ApiKey', 'Create') ? <CreateLink /> : null}><List /></Frame>
}

function CreateLink() {
  const t = useKeyTexts()
  return <ButtonLink kind="main" icon={<Plus aria-hidden="true" />} to={`${PLACE}?new=`}>{t.create}</ButtonLink>
}

function List() {
  const t = useKeyTexts()
  const may = useMay()
  const list = useList('ApiKey', {})
  const columns = useMemo((): readonly Column[] => [
    { key: 'description', label: t.what, cell: row => <Link to={addressOf(row.id)}>{String(row['description'])}</Link> },
    { key: 'account', label: t.account, cell: row => typeof row['accountId'] === 'string' ? <Reference object="Account" id={row['accountId']} /> : null },
    { key: 'life', label: t.works, cell: row => <LifeText row={row} /> },
    { key: 'used', label: t.used, cell: row => <Used row={row} /> },
    { key: 'may', label: t.may, cell: row => <RightsText row={row} /> },
    { key: 'from', label: t.from, cell: row => <Networks row={row} /> },
  ], [t])
  return (
    <DataTable
      name="ApiKey" label={t.title} list={list} columns={columns} open={row => addressOf(row.id)}
      empty={<EmptyState title={t.empty} next={t.emptyNext} action={may('ApiKey', 'Create') ? <CreateLink /> : null} />}
    />
  )
}

function addressOf(id: string): string {
  return `${PLACE}?key=${encodeURIComponent(id)}`
}

const TONES: Readonly<Record<Life, Tone>> = { forEver: 'good', valid: 'good', soon: 'warn', expired: 'bad' }

function LifeText({ row }: { readonly row: Row }) {
  const t = useKeyTexts()
  const life = lifeOf(row, useNow())
  const { expiresAt } = row
  return <Status tone={TONES[life]}>{life === 'expired' ? t.expired : typeof expiresAt === 'string' ? <Time at={expiresAt} /> : t.forEver}</Status>
}

function Used({ row: { lastUsedAt } }: { readonly row: Row }) {
  const t = useKeyTexts()
  return typeof lastUsedAt === 'string' ? <Time at={lastUsedAt} relative /> : <span className={css['soft']}>{t.neverUsed}</span>
}

function RightsText({ row }: { readonly row: Row }) {
  const t = useKeyTexts()
  const { kind, count } = rightsOf(row['permissions'])
  return kind === 'inherit' ? t.inherit : kind === 'disable' ? t.disable(count) : t.replace(count)
}

function Networks({ row }: { readonly row: Row }) {
  const t = useKeyTexts()
  const networks = membersOf(row['allowedIps'])
  return networks.length === 0 ? t.anywhere : networks.length === 1 ? networks[0] : t.networks(networks.length)
}

function OneKey({ id, onDone }: { readonly id: string; readonly onDone: () => void }) {
  const t = useKeyTexts()
  const { data, error, refetch } = useObject('ApiKey', id)
  return (
    <Frame
      title={t.edit(String(data?.['description'] ?? id))} subtitle={t.editSubtitle}
      actions={<><ButtonLink kind="quiet" to={PLACE}>{t.back}</ButtonLink>{data === undefined || data === null ? null : <Revoke row={data} />}</>}
    >
      {error === null ? null : <FailurePanel failure={failureOf(error)} onRetry={() => { void refetch() }} />}
      {data === null ? <FailurePanel failure={{ kind: 'notFound', detail: t.gone }} />
        : data === undefined ? error === null ? <Skeleton lines={8} /> : null
        : <>
          <p className={css['soft']}>{t.used}: <Used row={data} />. {typeof data['createdAt'] === 'string' ? <>{t.created}: <Time at={data['createdAt']} />. </> : null}{t.replaceHint}</p>
          <KeyEditor stored={data} onDone={onDone} />
        </>}
    </Frame>
  )
}

function Revoke({ row }: { readonly row: Row }) {
  const t = useKeyTexts()
  const common = useTexts()
  const language = useLanguage()
  const now = useNow()
  const name = String(row['description'])
  const { lastUsedAt } = row
  return (
    <DeleteButton object="ApiKey" id={row.id} label={t.revoke} title={t.revokeTitle(name)} text={t.revokeText} done={t.revoked(name)}>
      {typeof lastUsedAt !== 'string' ? null : (
        <Warning>{t.revokeUsed(relativeText(Date.parse(lastUsedAt) - now, language, common.time.now))}</Warning>
      )}
    </DeleteButton>
  )
}
