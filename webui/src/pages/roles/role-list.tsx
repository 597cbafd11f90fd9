/** All roles, with who uses them now; nodes with none, and with one that does not exist. */
import { Link } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import type { Json, JsonObject } from '../../../../src/base/json.ts'
import { isJsonObject } from '../../../../src/base/json.ts'
import type { ClusterNode } from '../../api/cluster.ts'
import { useMay, useModel } from '../../api/context.ts'
import type { Row } from '../../api/hooks.ts'
import { useCount } from '../../api/hooks.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { Panel } from '../../parts/page.tsx'
import { SimpleTable } from '../../parts/simple-table.tsx'
import { EmptyState } from '../../parts/states.tsx'
import { Warning } from '../../parts/warning.tsx'
import type { MemberProperty } from './choice.ts'
import { choiceOf, countOf } from './choice.ts'
import css from './roles.module.css'
import { useRoleTexts } from './texts.ts'

export function roleAddress(name: string): string {
  return `/settings/roles?role=${encodeURIComponent(name)}`
}

export function RoleList({ roles, nodes }: { readonly roles: readonly Row[]; readonly nodes: readonly ClusterNode[] }) {
  const t = useRoleTexts()
  const may = useMay()
  const duties = useModel().enum('ClusterTaskType').map(({ name }) => name)
  const { data: listeners = 0 } = useCount('NetworkListener', {})
  const live = nodes.filter(({ status }) => status === 'active')
  const without = live.filter(({ role }) => role === null)
  const lost = live.filter(({ role }) => role !== null && !roles.some(row => row['name'] === role))
  return <>
    {[...Map.groupBy(lost, ({ role }) => role ?? '')].map(([role, each]) => (
      <Warning bad key={role}>
        <span className={css['note']}>
          {t.unknownRole(role, hosts(each))}
          {may('ClusterRole', 'Create') ? <Link to={`/settings/roles?new=${encodeURIComponent(role)}`}>{t.makeIt}</Link> : null}
        </span>
      </Warning>
    ))}
    <Panel>
      {roles.length === 0
        ? <EmptyState title={t.empty} next={t.emptyNext} action={may('ClusterRole', 'Create') ? <CreateLink /> : null} />
        : (
          <SimpleTable
            label={t.title} rows={roles} rowKey={row => row.id}
            columns={[
              { key: 'name', label: t.name, cell: row => <Link to={roleAddress(String(row['name']))}><b>{String(row['name'])}</b></Link> },
              { key: 'description', label: t.description, cell: row => typeof row['description'] === 'string' && row['description'] !== '' ? row['description'] : null },
              { key: 'duties', label: t.duties, cell: row => <GroupText group={row['tasks']} property="taskTypes" all={duties} /> },
              { key: 'listeners', label: t.listeners, cell: row => <ListenerText group={row['listeners']} of={listeners} /> },
              { key: 'nodes', label: t.nodes, cell: row => <NodeLinks nodes={live.filter(({ role }) => role === row['name'])} /> },
            ]}
          />
        )}
      {without.length === 0 ? null : <p className={css['soft']}>{t.withoutRole(hosts(without))}</p>}
    </Panel>
  </>
}

export function CreateLink() {
  const t = useRoleTexts()
  return <ButtonLink kind="main" icon={<Plus aria-hidden="true" />} to="/settings/roles?new=">{t.create}</ButtonLink>
}

function NodeLinks({ nodes }: { readonly nodes: readonly ClusterNode[] }) {
  const t = useRoleTexts()
  if (nodes.length === 0) return <span className={css['soft']}>{t.noNodes}</span>
  return <span className={css['names']}>{nodes.map(({ id, hostname }) => <Link key={id} to={`/manage/cluster/nodes/${encodeURIComponent(id)}`}>{hostname}</Link>)}</span>
}

function GroupText({ group, property, all }: { readonly group: Json | undefined; readonly property: MemberProperty; readonly all: readonly string[] }) {
  const t = useRoleTexts()
  const count = countOf(bodyOf(group), property, all)
  return count === all.length ? t.all : count === 0 ? t.none : t.some(count, all.length)
}

/** The listeners of the cluster are not loaded here: the count of those that are named is enough. */
function ListenerText({ group, of }: { readonly group: Json | undefined; readonly of: number }) {
  const t = useRoleTexts()
  const body = bodyOf(group)
  const named = isJsonObject(body['listenerIds']) ? Object.keys(body['listenerIds']).length : 0
  switch (choiceOf(body)) {
    case 'EnableAll': return t.all
    case 'DisableAll': return t.none
    case 'EnableSome': return t.some(named, of)
    case 'DisableSome': return t.some(Math.max(of - named, 0), of)
  }
}

function bodyOf(group: Json | undefined): JsonObject {
  return isJsonObject(group) ? group : {}
}

function hosts(nodes: readonly ClusterNode[]): string {
  return nodes.map(({ hostname }) => hostname).join(', ')
}
