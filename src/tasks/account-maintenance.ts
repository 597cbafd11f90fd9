/**
 * AccountMaintenance: upkeep of one account. Long and repeatable, so it never goes before a person's own work. Reindexing
 * hands every message to a task of its own (fan-out.ts); the rest is done in small transactions, and how far it got is in the
 * store (services/upkeep).
 */
import { enumType, objectId, oneOf } from '../base/fields.ts'
import type { Outcome, RunContext, TaskDraft } from '../engine/task-variant.ts'
import { errorText, hasCode } from '../errors.ts'
import type { AccountPurge, PurgedSums } from '../services/upkeep/account-purge.ts'
import type { Inventory } from '../services/upkeep/inventory.ts'
import type { Recount } from '../services/upkeep/recount.ts'
import type { Renumbering } from '../services/upkeep/renumbering.ts'
import { define } from './define.ts'
import { fanOut, PAGE_MAX, pageOf } from './fan-out.ts'
import { takeTurns } from './turns.ts'

export interface Deps {
  readonly inventory: Pick<Inventory, 'emails' | 'emailCount'>
  readonly recount: Pick<Recount, 'account'>
  readonly accountPurge: Pick<AccountPurge, 'account'>
  readonly renumbering: Pick<Renumbering, 'account'>
}

const MAINTENANCE_TYPE = enumType('TaskAccountMaintenanceType', [
  { name: 'purge', label: 'Purge expired data' },
  { name: 'reindex', label: 'Index everything again' },
  { name: 'recalculateImapUid', label: 'Give out new IMAP UIDs' },
  { name: 'recalculateQuota', label: 'Count used storage again' },
])
const HOUR_MS = 3_600_000

export default define.task({
  name: 'AccountMaintenance',
  label: 'Account maintenance',
  doc: 'Runs one maintenance operation on one account.',
  duty: 'accountMaintenance',
  lane: 'account',
  fields: {
    accountId: objectId('Account', 'The account to work on.', { update: 'immutable' }),
    maintenanceType: oneOf(MAINTENANCE_TYPE, 'What to do.', { update: 'immutable' }),
  },
  orderingKey: task => task.accountId,
  dedupeKey: task => `${task.accountId}/${task.maintenanceType}`,
  band: 1,
  creatable: true,
  limits: { runMsMax: HOUR_MS, concurrencyPerNode: 2 },
  async run(task, context: RunContext<Deps>): Promise<Outcome> {
    const { accountId, maintenanceType } = task
    const { deps: { inventory, recount, accountPurge, renumbering }, checkpoint } = context
    switch (maintenanceType) {
      case 'reindex':
        return fanOut(task, context, {
          total: () => inventory.emailCount(accountId),
          page: async after => pageOf(await inventory.emails(accountId, after, PAGE_MAX), PAGE_MAX, id => indexTask(accountId, id)),
        })
      case 'recalculateQuota': {
        const total = await inventory.emailCount(accountId)
        const { octets, emails } = await recount.account(accountId, done => checkpoint({ done, total }))
        return { kind: 'done', note: `corrected by ${octets} octets and ${emails} messages` }
      }
      case 'purge':
        return takeTurns(context, async told => purgedText(await accountPurge.account(accountId, sums => told({ ...sums }))))
      case 'recalculateImapUid':
        return takeTurns(context, async told => `${await renumbering.account(accountId, task.id, told)} UIDs given out`)
    }
  },
  classify: (error): Outcome => hasCode(error, 'mail/account-gone')
    ? { kind: 'done', note: 'the account is gone, and its data with it' }
    : { kind: 'retry', why: errorText(error) },
})

function purgedText(sums: PurgedSums): string {
  const parts = Object.entries(sums).map(([what, count]) => `${what}: ${count}`)
  return parts.length === 0 ? 'nothing was over' : parts.join(', ')
}

function indexTask(accountId: string, documentId: string): TaskDraft {
  return { variant: 'IndexDocument', payload: { accountId, documentId, documentType: 'email' }, band: 1 }
}
