/** DestroyAccount: removes everything that a deleted account has left behind. */
import { enumType, objectId, oneOf, string } from '../base/fields.ts'
import { define } from './define.ts'

const ACCOUNT_TYPE = enumType('AccountType', [
  { name: 'User', label: 'User' },
  { name: 'Group', label: 'Group' },
])

export default define.planned({
  name: 'DestroyAccount',
  label: 'Destroy an account',
  doc: 'Removes an account for good, with all data that belongs to it.',
  duty: 'accountMaintenance',
  lane: 'account',
  fields: {
    accountId: objectId('Account', 'The account, found from its name and domain.', { update: 'serverSet' }),
    accountName: string('Name of the account, the part before the @.'),
    accountDomainId: objectId('Domain', 'The domain of the account.'),
    accountType: oneOf(ACCOUNT_TYPE, 'Whether it was a user or a group.', { update: 'serverSet' }),
  },
  orderingKey: task => task.accountId,
  dedupeKey: task => task.accountId,
  creatable: true,
  notBuilt: 'Removing the data of an account is not built yet.',
})
