/** Settings › Cluster › Roles: the list; `?role=` is the editor of one, `?new=` that of a new one. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMay } from '../../api/context.ts'
import { failureOf } from '../../api/failure.ts'
import type { Row } from '../../api/hooks.ts'
import { useRows } from '../../api/hooks.ts'
import { useLanes, useNodes } from '../../api/use-cluster.ts'
import { DeleteButton } from '../../lists/delete-button.tsx'
import { ButtonLink } from '../../parts/button.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { Warning } from '../../parts/warning.tsx'
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
  const name = String(row['name'])
  const using = cluster.nodes.filter(node => node.status === 'active' && node.role === name).map(({ hostname }) => hostname)
  const isUsed = using.length > 0
  return (
    <DeleteButton
      object="ClusterRole" id={row.id} label={t.remove} title={t.removeTitle(name)} done={t.removed(name)}
      text={isUsed ? undefined : t.removeUnused} word={isUsed ? name : undefined}
    >{isUsed ? <Warning bad>{t.removeUsed(using.join(', '))}</Warning> : null}</DeleteButton>
  )
}
