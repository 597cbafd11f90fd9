/**
 * StoreMaintenance: upkeep of the whole store, or of one slice of it. What concerns every account or tenant is a task for each
 * of them (fan-out.ts).
 */
import { enumType, nullable, number, oneOf } from '../base/fields.ts'
import type { Outcome, RunContext, TaskDraft } from '../engine/task-variant.ts'
import { errorText } from '../errors.ts'
import type { Inventory } from '../services/upkeep/inventory.ts'
import { define } from './define.ts'
import { fanOut, PAGE_MAX, pageOf, type Source } from './fan-out.ts'

export interface Deps { readonly inventory: Pick<Inventory, 'accounts' | 'tenants' | 'count'> }

/** Accounts that are indexed at a time: each hands out tasks of its own. */
const REINDEXED_AT_ONCE_MAX = 20

const MAINTENANCE_TYPE = enumType('TaskStoreMaintenanceType', [
  { name: 'reindexAccounts', label: 'Index all accounts again' },
  { name: 'reindexTelemetry', label: 'Index all traces again' },
  { name: 'purgeAccounts', label: 'Purge expired data of all accounts' },
  { name: 'purgeData', label: 'Purge expired rows' },
  { name: 'purgeBlob', label: 'Purge blobs that nothing links' },
  { name: 'resetRateLimiters', label: 'Reset rate limiters' },
  { name: 'resetUserQuotas', label: 'Count used storage of all accounts again' },
  { name: 'resetTenantQuotas', label: 'Count used storage of all tenants again' },
  { name: 'resetBlobQuotas', label: 'Reset quotas of uploads' },
  { name: 'removeAuthTokens', label: 'Remove ACME and OAuth tokens' },
  { name: 'removeLockQueueMessage', label: 'Remove locks of queued messages' },
  { name: 'removeLockTask', label: 'Remove locks of tasks' },
  { name: 'removeLockDav', label: 'Remove WebDAV locks' },
  { name: 'removeSieveId', label: 'Forget what Sieve has answered and seen' },
  { name: 'removeGreylist', label: 'Empty the greylist' },
])

export default define.task({
  name: 'StoreMaintenance',
  label: 'Store maintenance',
  doc: 'Runs one maintenance operation on the store.',
  duty: 'storeMaintenance',
  lane: 'store',
  fields: {
    maintenanceType: oneOf(MAINTENANCE_TYPE, 'What to do.', { update: 'immutable' }),
    shardIndex: nullable(number('The slice of the blob store to purge; empty: all of them.', 'unsignedInteger')),
  },
  orderingKey: slice,
  dedupeKey: slice,
  band: 1,
  creatable: true,
  refuse: ({ maintenanceType }) => isBuilt(maintenanceType) ? null : notBuilt(maintenanceType),
  limits: { runMsMax: 600_000, concurrencyPerNode: 2 },
  async run(task, context: RunContext<Deps>): Promise<Outcome> {
    const source = SOURCES[task.maintenanceType]
    return source ? fanOut(task, context, source(context.deps.inventory)) : { kind: 'fail', why: notBuilt(task.maintenanceType) }
  },
  classify: (error): Outcome => ({ kind: 'retry', why: errorText(error) }),
})

type Sources = Readonly<Record<string, (inventory: Deps['inventory']) => Source>>
const SOURCES: Sources = {
  reindexAccounts: accounts('reindex', REINDEXED_AT_ONCE_MAX),
  resetUserQuotas: accounts('recalculateQuota', PAGE_MAX),
  resetTenantQuotas: inventory => ({
    total: () => inventory.count('Tenant'),
    page: async after => pageOf(await inventory.tenants(after, PAGE_MAX), PAGE_MAX, tenantId => part('TenantMaintenance', { tenantId }, 'recalculateQuota')),
  }),
}

function accounts(maintenanceType: string, atOnce: number): Sources[string] {
  return inventory => ({
    atOnce,
    total: () => inventory.count('Account'),
    page: async after => pageOf(await inventory.accounts(after, atOnce), atOnce, accountId => part('AccountMaintenance', { accountId }, maintenanceType)),
  })
}

function part(variant: string, of: Readonly<Record<string, string>>, maintenanceType: string): TaskDraft {
  return { variant, payload: { ...of, maintenanceType }, band: 1 }
}

function isBuilt(maintenanceType: string): boolean {
  return Object.hasOwn(SOURCES, maintenanceType)
}

function notBuilt(maintenanceType: string): string {
  return `Store maintenance of the type ${maintenanceType} is not built yet.`
}

function slice(task: { readonly maintenanceType: string; readonly shardIndex: number | null }): string {
  return task.shardIndex === null ? task.maintenanceType : `${task.maintenanceType}/${task.shardIndex}`
}
