/** AccountMaintenance: upkeep of one account. Long and repeatable, so it never goes before a person's own work. */
import { enumType, objectId, oneOf } from '../base/fields.ts'
import { define } from './define.ts'

const MAINTENANCE_TYPE = enumType('TaskAccountMaintenanceType', [
  { name: 'purge', label: 'Purge expired data' },
  { name: 'reindex', label: 'Index everything again' },
  { name: 'recalculateImapUid', label: 'Give out new IMAP UIDs' },
  { name: 'recalculateQuota', label: 'Count used storage again' },
])

export default define.planned({
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
  notBuilt: 'Account maintenance is not built yet.',
})
