/** A little of everything that the console shows, made through the API of a node as people would make it. */
import { create, list, update, type Caller } from './api-call.ts'
import { selfMadePair } from './certificates.ts'
import { createAuditor } from './console.ts'
import { indexTask } from './index-tasks.ts'
import { eventually } from './server.ts'

export interface ConsoleData {
  readonly domainId: string
  readonly accountId: string
  /** A failed one, the first of a group. */
  readonly taskId: string
  readonly roleId: string
}
const PEOPLE = ['amelie', 'bruno', 'chiara', 'dmitri', 'elif', 'fatou']
const DONE = 40
const FAILED: Readonly<Record<string, number>> = {
  'mx1.example.net: connection refused': 7, 'the message 4711 is not there any more': 3, 'certificate of mx2.example.net is over': 1,
}
const LATER = '2999-01-01T00:00:00Z'

export async function fillNode(node: Caller): Promise<ConsoleData> {
  const [tenantId = ''] = await create(node, 'Tenant', { name: 'Alpenblick' })
  const [domainId = ''] = await create(node, 'Domain', { name: 'alpenblick.example', memberTenantId: tenantId })
  await createAuditor(node)
  const [accountId = ''] = await create(node, 'Account', ...PEOPLE.map(name => ({ '@type': 'User', name, domainId, memberTenantId: tenantId })))
  await create(node, 'ApiKey', { accountId, description: 'Nightly export' })
  const { key, cert } = await selfMadePair('mail.example.org')
  await create(node, 'Certificate', { certificate: { '@type': 'Text', value: cert }, privateKey: { '@type': 'Text', secret: key } })
  const [roleId = ''] = await create(node, 'ClusterRole', {
    name: 'frontend', description: 'Takes mail in', tasks: { '@type': 'DisableAll' }, listeners: { '@type': 'EnableAll' },
  })
  const done = Array.from({ length: DONE }, (_, number) => indexTask(accountId, number))
  await create(node, 'Task', ...done, { '@type': 'StoreMaintenance', maintenanceType: 'purgeData' })
  await eventually(async () => (await list(node, 'TaskRun')).length > 0, 'a task has run that history keeps')
  const failed = Object.entries(FAILED).flatMap(([failureReason, count], group) => Array.from({ length: count }, (_, number) =>
    ({ ...indexTask(accountId, 1_000 * (group + 1) + number), status: { '@type': 'Failed', failureReason } })))
  const [taskId = ''] = await create(node, 'Task', ...failed)
  await create(node, 'Task', { ...indexTask(accountId, 9_999), status: { '@type': 'Pending', due: LATER } })
  await create(node, 'Schedule', {
    name: 'Quotas of Alpenblick', cron: '0 3 * * *', timeZone: 'Europe/Vienna', task: { '@type': 'TenantMaintenance', tenantId, maintenanceType: 'recalculateQuota' },
  })
  await update(node, 'TaskManager', 'singleton', { maxAttempts: 5 })
  return { domainId, accountId, taskId, roleId }
}
