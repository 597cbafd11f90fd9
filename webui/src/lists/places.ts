/** Where an object of the schema is found in the console. Pages of their own come before the page that fits every object. */
const LISTS: Readonly<Record<string, string>> = {
  Task: '/manage/tasks', TaskRun: '/manage/tasks/history', TaskFailure: '/manage/tasks/failed', ClusterNode: '/manage/cluster', ClusterLane: '/manage/cluster',
  ClusterFinding: '/manage/cluster', TaskRunCount: '/manage/tasks/history', Account: '/manage/accounts', Domain: '/manage/domains',
  Tenant: '/manage/tenants', ArchivedItem: '/manage/archived-items', Certificate: '/manage/certificates', ClusterRole: '/settings/roles',
  NetworkListener: '/settings/listeners', TaskManager: '/settings/task-manager', Schedule: '/settings/schedules', DataRetention: '/settings/retention',
  ApiKey: '/settings/api-keys',
}
const DETAILS: Readonly<Record<string, string>> = {
  TaskRun: '/manage/tasks/runs/', TaskFailure: '/manage/tasks/failed?group=',
  Task: '/manage/tasks/', ClusterNode: '/manage/cluster/nodes/', Account: '/manage/accounts/', Domain: '/manage/domains/', Tenant: '/manage/tenants/',
  ArchivedItem: '/manage/archived-items/', Certificate: '/manage/certificates/',
}
const CREATES: Readonly<Record<string, string>> = { Task: '/manage/tasks/new', Certificate: '/manage/certificates/new' }

export const SINGLETON = 'singleton'

/** A task that has failed for good has no due time, so a range of them leaves it out. */
export const WAITING = { 'f.due': '..9999-12-31T23:59:59Z' } as const

export function listAddress(object: string): string {
  return LISTS[object] ?? `/manage/o/${object}`
}

export function objectAddress(object: string, id: string): string {
  // What there is only one of has its page where others have their list.
  if (id === SINGLETON && LISTS[object] !== undefined) return LISTS[object]
  return (DETAILS[object] ?? `/manage/o/${object}/`) + encodeURIComponent(id)
}

export function createAddress(object: string): string {
  return CREATES[object] ?? `/manage/o/${object}/new`
}
