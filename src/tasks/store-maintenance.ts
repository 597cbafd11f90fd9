/** StoreMaintenance: upkeep of the whole store, or of one slice of it. */
import { enumType, nullable, number, oneOf } from '../base/fields.ts'
import { define } from './define.ts'

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

export default define.planned({
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
  notBuilt: 'Store maintenance is not built yet.',
})

function slice(task: { readonly maintenanceType: string; readonly shardIndex: number | null }): string {
  return task.shardIndex === null ? task.maintenanceType : `${task.maintenanceType}/${task.shardIndex}`
}
