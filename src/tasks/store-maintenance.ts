/**
 * StoreMaintenance: upkeep of the whole store, or of one slice of it. WORK says how each type is done; the work itself is
 * in services/upkeep.
 *
 * | kind | how |
 * |---|---|
 * | each account, each tenant, each trace | a task for each of them (fan-out.ts) |
 * | each shard of the blobs | a task for each, which looks at the contents of its shard (services/upkeep/blob-purge.ts) |
 * | in turns | batches of whatever has to go, until nothing is left or the turn is over (turns.ts); then another run goes on |
 * | at once | one transaction |
 */
import { enumType, nullable, number, oneOf } from '../base/fields.ts'
import type { Outcome, RunContext, Task, TaskDraft } from '../engine/task-variant.ts'
import { errorText } from '../errors.ts'
import type { BLOB_SHARDS } from '../services/ports.ts'
import type { BlobPurge } from '../services/upkeep/blob-purge.ts'
import type { AuthTokenRemoval } from '../services/upkeep/auth-token-removal.ts'
import type { DataPurge } from '../services/upkeep/data-purge.ts'
import type { DeadHolders, ReleasedHolds } from '../services/upkeep/dead-holders.ts'
import type { Inventory } from '../services/upkeep/inventory.ts'
import type { KeyRemoval } from '../services/upkeep/key-removal.ts'
import { define } from './define.ts'
import { fanOut, PAGE_MAX, pageOf } from './fan-out.ts'
import { takeTurns, TURN_MS, type Told } from './turns.ts'

export interface Deps {
  readonly inventory: Pick<Inventory, 'accounts' | 'tenants' | 'count' | 'traces' | 'traceCount'>
  readonly keyRemoval: Pick<KeyRemoval, 'remove'>
  readonly blobPurge: Pick<BlobPurge, 'shard'>
  readonly authTokenRemoval: Pick<AuthTokenRemoval, 'remove'>
  readonly dataPurge: Pick<DataPurge, 'all'>
  readonly deadHolders: DeadHolders
}

/** Accounts that are indexed at a time: each hands out tasks of its own. */
const REINDEXED_AT_ONCE_MAX = 20
const RUN_MS_MAX = 2 * TURN_MS
const NODES_NAMED_MAX = 20

/** The first byte of a hash. */
const SHARDS: typeof BLOB_SHARDS = 256

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
type Type = NonNullable<(typeof MAINTENANCE_TYPE)['_names']>
type Given = { readonly maintenanceType: Type; readonly shardIndex: number | null }
type Work = (task: Task & Given, context: RunContext<Deps>) => Promise<Outcome>

const WORK: Readonly<Record<Type, Work>> = {
  reindexAccounts: eachAccount('reindex', REINDEXED_AT_ONCE_MAX),
  reindexTelemetry: eachTrace,
  purgeAccounts: eachAccount('purge', PAGE_MAX),
  resetUserQuotas: eachAccount('recalculateQuota', PAGE_MAX),
  resetTenantQuotas: eachTenant('recalculateQuota'),

  purgeBlob: purgeBlobs,
  purgeData: inTurns(purgeData),

  resetRateLimiters: keys('resetRateLimiters'),
  resetBlobQuotas: keys('resetBlobQuotas'),
  removeAuthTokens: inTurns(removeAuthTokens),
  removeLockQueueMessage: keys('removeLockQueueMessage'),
  removeLockDav: keys('removeLockDav'),
  removeSieveId: keys('removeSieveId'),
  removeGreylist: keys('removeGreylist'),

  removeLockTask: async (_task, { deps: { deadHolders } }) => ({ kind: 'done', note: releasedText(await deadHolders.release()) }),
}

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
  refuse: shardRefusal,
  limits: { runMsMax: RUN_MS_MAX, concurrencyPerNode: 2 },
  run: (task, context: RunContext<Deps>) => WORK[task.maintenanceType](task, context),
  classify: (error): Outcome => ({ kind: 'retry', why: errorText(error) }),
})

function eachAccount(maintenanceType: string, atOnce: number): Work {
  return (task, context) => {
    const { inventory } = context.deps
    return fanOut(task, context, {
      atOnce,
      total: () => inventory.count('Account'),
      page: async after => pageOf(await inventory.accounts(after, atOnce), atOnce, accountId => part('AccountMaintenance', { accountId }, maintenanceType)),
    })
  }
}

function eachTenant(maintenanceType: string): Work {
  return (task, context) => {
    const { inventory } = context.deps
    return fanOut(task, context, {
      total: () => inventory.count('Tenant'),
      page: async after => pageOf(await inventory.tenants(after, PAGE_MAX), PAGE_MAX, tenantId => part('TenantMaintenance', { tenantId }, maintenanceType)),
    })
  }
}

/** A shard, or a task for each of them. */
async function purgeBlobs({ shardIndex, ...task }: Task & Given, context: RunContext<Deps>): Promise<Outcome> {
  if (shardIndex === null) {
    const shards = Array.from({ length: SHARDS }, (_, nth) => nth)
    return fanOut({ ...task, shardIndex }, context, {
      total: () => Promise.resolve(SHARDS),
      page: () => Promise.resolve({ next: null, children: shards.map(nth => ({
        variant: 'StoreMaintenance', payload: { maintenanceType: task.maintenanceType, shardIndex: nth }, band: 1 as const,
      })) }),
    })
  }
  const { removed, octets } = await context.deps.blobPurge.shard(shardIndex, done => context.checkpoint({ done }))
  return { kind: 'done', note: `${removed} blobs of ${octets} octets removed` }
}

function shardRefusal({ maintenanceType, shardIndex }: Given): string | null {
  if (shardIndex === null) return null
  if (maintenanceType !== 'purgeBlob') return `shardIndex is for purgeBlob alone; leave it out for ${maintenanceType}.`
  return shardIndex < SHARDS ? null : `shardIndex is ${shardIndex}; it must be from 0 to ${SHARDS - 1}, or left out for all.`
}

function eachTrace(task: Task, context: RunContext<Deps>): Promise<Outcome> {
  const { inventory } = context.deps
  return fanOut(task, context, {
    total: () => inventory.traceCount(),
    page: async after => pageOf(await inventory.traces(after, PAGE_MAX), PAGE_MAX, traceId => ({ variant: 'IndexTrace', payload: { traceId }, band: 1 })),
  })
}

function part(variant: string, of: Readonly<Record<string, string>>, maintenanceType: string): TaskDraft {
  return { variant, payload: { ...of, maintenanceType }, band: 1 }
}

function inTurns(work: (deps: Deps, told: Told) => Promise<string>): Work {
  return (_task, context) => takeTurns(context, told => work(context.deps, told))
}

function keys(type: Parameters<KeyRemoval['remove']>[0]): Work {
  return inTurns(async ({ keyRemoval }, told) => `removed ${count(await keyRemoval.remove(type, removed => told({ removed })), 'key')}`)
}

async function removeAuthTokens({ authTokenRemoval }: Deps, told: Told): Promise<string> {
  const { keys: removed, logins } = await authTokenRemoval.remove(removed => told({ removed }))
  return `removed ${count(removed, 'key')} and ${count(logins, 'login')}`
}

async function purgeData({ dataPurge }: Deps, told: Told): Promise<string> {
  const done = await dataPurge.all(progress => told({ ...progress }))
  const some = done.filter(({ removed }) => removed > 0).map(({ kind, removed }) => `${removed} ${kind}`)
  return some.length === 0 ? 'nothing was over' : `removed ${some.join(', ')}`
}

function releasedText({ holders, leases, tasks }: ReleasedHolds): string {
  if (holders.length === 0) return 'nothing was held by dead nodes'
  const names = holders.slice(0, NODES_NAMED_MAX).map(({ incarnation, hostname }) => hostname ?? incarnation)
  const more = holders.length > names.length ? ` and ${holders.length - names.length} more` : ''
  return `released ${count(leases, 'lease')} and ${count(tasks, 'task')} of ${names.join(', ')}${more}`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function slice(task: Given): string {
  return task.shardIndex === null ? task.maintenanceType : `${task.maintenanceType}/${task.shardIndex}`
}
