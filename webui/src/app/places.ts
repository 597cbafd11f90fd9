/** Every address of the console with its page: what the routes, the menu and the palette are made from. */
import type { ComponentType } from 'react'
import type { Verb } from '../../../src/jmap-client/model.ts'
import type { Texts } from '../texts/en.ts'

export interface Place {
  readonly path: string
  readonly title: keyof Texts['nav']
  /** Where it stands in the menu; left out: it is reached from another page. */
  readonly group?: 'dashboard' | 'management' | 'settings'
  /** A heading of its own inside the group, and what the place is called below it. */
  readonly within?: { readonly heading: keyof Texts['nav']; readonly title: keyof Texts['nav'] }
  /** Seen by who may do this; left out: by everybody. */
  readonly needs?: readonly [object: string, verb: Verb]
  load(this: void): Promise<ComponentType>
}

/** A page's file exports `Page`. */
function page(load: () => Promise<{ readonly Page: ComponentType }>): Place['load'] {
  return async () => (await load()).Page
}

export const PLACES: readonly Place[] = [
  { path: '/', title: 'dashboard', group: 'dashboard', load: page(() => import('../pages/dashboard/dashboard.tsx')) },
  { path: '/manage/tasks', title: 'tasks', group: 'management', within: { heading: 'tasks', title: 'scheduled' }, needs: ['Task', 'Query'], load: page(() => import('../pages/tasks/scheduled.tsx')) },
  { path: '/manage/tasks/failed', title: 'tasksFailed', group: 'management', within: { heading: 'tasks', title: 'failed' }, needs: ['Task', 'Query'], load: page(() => import('../pages/tasks/failed.tsx')) },
  { path: '/manage/tasks/history', title: 'tasksHistory', group: 'management', within: { heading: 'tasks', title: 'tasksHistory' }, needs: ['TaskRun', 'Query'], load: page(() => import('../pages/tasks/history.tsx')) },
  { path: '/manage/tasks/runs/$id', title: 'tasksHistory', needs: ['TaskRun', 'Get'], load: page(() => import('../pages/tasks/run-detail.tsx')) },
  { path: '/manage/tasks/new', title: 'newTask', needs: ['Task', 'Create'], load: page(() => import('../pages/tasks/new-task.tsx')) },
  { path: '/manage/tasks/$id', title: 'tasks', needs: ['Task', 'Get'], load: page(() => import('../pages/tasks/task-detail.tsx')) },
  { path: '/manage/cluster', title: 'cluster', group: 'management', needs: ['ClusterNode', 'Query'], load: page(() => import('../pages/cluster/cluster.tsx')) },
  { path: '/manage/cluster/nodes/$id', title: 'node', needs: ['ClusterNode', 'Get'], load: page(() => import('../pages/cluster/node-detail.tsx')) },
  { path: '/manage/accounts', title: 'accounts', group: 'management', needs: ['Account', 'Query'], load: page(() => import('../pages/accounts/accounts.tsx')) },
  { path: '/manage/accounts/deleted', title: 'deletedAccounts', needs: ['Task', 'Query'], load: page(() => import('../pages/accounts/deleted-accounts.tsx')) },
  { path: '/manage/accounts/$id', title: 'accounts', needs: ['Account', 'Get'], load: page(() => import('../pages/accounts/account-detail.tsx')) },
  { path: '/manage/domains', title: 'domains', group: 'management', needs: ['Domain', 'Query'], load: page(() => import('../pages/domains/domains.tsx')) },
  { path: '/manage/domains/$id', title: 'domains', needs: ['Domain', 'Get'], load: page(() => import('../pages/domains/domain-detail.tsx')) },
  { path: '/manage/tenants', title: 'tenants', group: 'management', needs: ['Tenant', 'Query'], load: page(() => import('../pages/tenants/tenants.tsx')) },
  { path: '/manage/tenants/$id', title: 'tenants', needs: ['Tenant', 'Get'], load: page(() => import('../pages/tenants/tenant-detail.tsx')) },
  { path: '/manage/archived-items', title: 'archivedItems', group: 'management', needs: ['ArchivedItem', 'Query'], load: page(() => import('../pages/archived-items/archived-items.tsx')) },
  { path: '/manage/archived-items/$id', title: 'archivedItems', needs: ['ArchivedItem', 'Get'], load: page(() => import('../pages/archived-items/archived-item.tsx')) },
  { path: '/manage/certificates', title: 'certificates', group: 'management', needs: ['Certificate', 'Query'], load: page(() => import('../pages/certificates/certificates.tsx')) },
  { path: '/manage/certificates/new', title: 'certificates', needs: ['Certificate', 'Create'], load: page(() => import('../pages/certificates/new-certificate.tsx')) },
  { path: '/manage/certificates/$id', title: 'certificates', needs: ['Certificate', 'Get'], load: page(() => import('../pages/certificates/certificate-detail.tsx')) },
  { path: '/manage/certificates/$id/replace', title: 'certificates', needs: ['Certificate', 'Update'], load: page(() => import('../pages/certificates/replace-certificate.tsx')) },
  { path: '/settings/roles', title: 'roles', group: 'settings', within: { heading: 'cluster', title: 'roles' }, needs: ['ClusterRole', 'Query'], load: page(() => import('../pages/roles/roles.tsx')) },
  { path: '/settings/listeners', title: 'listeners', group: 'settings', within: { heading: 'network', title: 'listeners' }, needs: ['NetworkListener', 'Query'], load: page(() => import('../pages/listeners/listeners.tsx')) },
  { path: '/settings/task-manager', title: 'taskManager', group: 'settings', needs: ['TaskManager', 'Get'], load: page(() => import('../pages/task-manager/task-manager.tsx')) },
  { path: '/settings/schedules', title: 'schedules', group: 'settings', needs: ['Schedule', 'Query'], load: page(() => import('../pages/schedules/schedules.tsx')) },
  { path: '/settings/retention', title: 'retention', group: 'settings', needs: ['DataRetention', 'Get'], load: page(() => import('../pages/retention/retention.tsx')) },
  { path: '/settings/api-keys', title: 'apiKeys', group: 'settings', needs: ['ApiKey', 'Query'], load: page(() => import('../pages/api-keys/api-keys.tsx')) },
]

/** What stands above a place in the menu, and its own name: `Management`, `Tasks`, `Scheduled`. Empty for a page that is not in the menu. */
export function trailOf(path: string, nav: Texts['nav']): readonly string[] {
  const place = PLACES.find(each => each.path === path)
  if (place?.group === undefined || place.group === 'dashboard') return []
  const { group, within, title } = place
  return within === undefined ? [nav[group], nav[title]] : [nav[group], nav[within.heading], nav[within.title]]
}
