/** Settings › Cluster › Roles: the list; `?role=` is the editor of one, `?new=` that of a new one. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useMay } from '../../api/context.ts'
import { failureOf } from '../../api/failure.ts'
import type { Row } from '../../api/hooks.ts'
import { useDestroy, useFailure, useRows } from '../../api/hooks.ts'
import { useLanes, useNodes } from '../../api/use-cluster.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { useToast } from '../../parts/toast.tsx'
import { refusalText } from '../../api/refusals.ts'
import { Warning } from './preview-panel.tsx'
import type { Cluster } from './role-editor.tsx'
import { RoleEditor } from './role-editor.tsx'
import { CreateLink, RoleList, roleAddress } from './role-list.tsx'
import { useRoleTexts } from './texts.ts'

const ROLES_MAX = 500

export function Page() {
  const t = useRoleTexts()
  const may = useMay()
  const { role, new: made }: { readonly role?: string; readonly new?: string } = useSearch({ strict: false })
  const roles = useRows('ClusterRole', { limit: ROLES_MAX })
  const [nodes, lanes] = [useNodes(), useLanes()]
  const failure = roles.error === null ? nodes.failure ?? lanes.failure : failureOf(roles.error)
  const known = roles.data !== undefined && nodes.data !== undefined && lanes.data !== undefined
  if (!known) {
    return (
      <Frame title={t.title} subtitle={t.subtitle}>
        {failure === null ? <Skeleton lines={8} /> : <FailurePanel failure={failure} onRetry={() => { void roles.refetch(); nodes.retry(); lanes.retry() }} />}
      </Frame>
    )
  }
  const cluster = { nodes: nodes.data, lanes: lanes.data }
  if (made !== undefined) return <NewRole key={made} name={made} cluster={cluster} />
  if (role !== undefined) return <OneRole key={role} name={role} row={roles.data.find(row => row['name'] === role) ?? null} cluster={cluster} />
  return (
    <Frame title={t.title} subtitle={t.subtitle} actions={may('ClusterRole', 'Create') ? <CreateLink /> : null}>
      {failure === null ? null : <FailurePanel failure={failure} />}
      <RoleList roles={roles.data.toSorted((left, right) => String(left['name']) < String(right['name']) ? -1 : 1)} nodes={nodes.data} />
    </Frame>
  )
}

function NewRole({ name, cluster }: { readonly name: string; readonly cluster: Cluster }) {
  const t = useRoleTexts()
  const navigate = useNavigate()
  return (
    <Frame title={t.newTitle} subtitle={name === '' ? t.newSubtitleUnnamed : t.newSubtitle(name)} actions={<ButtonLink kind="quiet" to="/settings/roles">{t.back}</ButtonLink>}>
      <RoleEditor stored={null} name={name} cluster={cluster} onSaved={saved => { void navigate({ to: roleAddress(saved), replace: true }) }} />
    </Frame>
  )
}

function OneRole({ name, row, cluster }: { readonly name: string; readonly row: Row | null; readonly cluster: Cluster }) {
  const t = useRoleTexts()
  return (
    <Frame
      title={t.edit(name)} subtitle={t.editSubtitle}
      actions={<>
        <ButtonLink kind="quiet" to="/settings/roles">{t.back}</ButtonLink>
        {row === null ? null : <DeleteRole row={row} cluster={cluster} />}
      </>}
    >
      {row === null ? <FailurePanel failure={{ kind: 'notFound', detail: t.gone }} /> : <RoleEditor stored={row} name={name} cluster={cluster} onSaved={() => undefined} />}
    </Frame>
  )
}

function DeleteRole({ row, cluster }: { readonly row: Row; readonly cluster: Cluster }) {
  const t = useRoleTexts()
  const may = useMay()
  const navigate = useNavigate()
  const toast = useToast()
  const destroy = useDestroy('ClusterRole')
  const [refused, setRefused] = useState<string | null>(null)
  const failure = useFailure(destroy.error)
  const [asking, setAsking] = useState(false)
  const name = String(row['name'])
  const using = cluster.nodes.filter(node => node.status === 'active' && node.role === name).map(({ hostname }) => hostname)
  if (!may('ClusterRole', 'Destroy')) return null
  const remove = () => {
    destroy.mutate([row.id], {
      onSuccess: outcomes => {
        setRefused(refusalText(outcomes))
        if (refusalText(outcomes) !== null) return
        toast({ title: t.removed(name) })
        void navigate({ to: '/settings/roles' })
      },
    })
  }
  return <>
    <Button kind="danger" icon={<Trash2 aria-hidden="true" />} onClick={() => { setRefused(null); setAsking(true) }}>{t.remove}</Button>
    <ConfirmDialog
      open={asking} onClose={() => { setAsking(false) }} onConfirm={remove} danger busy={destroy.isPending} failure={failure}
      title={t.removeTitle(name)} text={using.length === 0 ? t.removeUnused : undefined} action={t.remove} {...(using.length === 0 ? {} : { word: name })}
    >
      {using.length === 0 ? null : <Warning>{t.removeUsed(using.join(', '))}</Warning>}
      {refused === null ? null : <Warning><span lang="en">{refused}</span></Warning>}
    </ConfirmDialog>
  </>
}
