/**
 * DestroyAccount: removes everything that a destroyed account has left behind. It is queued in the transaction that takes
 * away the account itself. At least once; every part can be repeated, and a run that is interrupted anywhere goes on at its
 * next start (services/removal/README.md). Destroying the task before it has begun brings the account back.
 */
import { enumType, objectId, oneOf, string } from '../base/fields.ts'
import type { Outcome, RunContext } from '../engine/task-variant.ts'
import { errorText } from '../errors.ts'
import type { AccountRemoval } from '../services/removal/account-removal.ts'
import { define } from './define.ts'

export interface Deps { readonly removal: Pick<AccountRemoval, 'begin' | 'stopTasks' | 'remove'> }

const ACCOUNT_TYPE = enumType('AccountType', [
  { name: 'User', label: 'User' },
  { name: 'Group', label: 'Group' },
])

/** A large account gives others of the lane a turn after this long. */
const TURN_MS_MAX = 600_000
const LOOK_AGAIN_MS = 1_000

export default define.task({
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
  limits: { runMsMax: 3 * TURN_MS_MAX, concurrencyPerNode: 2 },
  async run({ id, accountId }, { deps: { removal }, checkpoint, now }: RunContext<Deps>) {
    const end = now() + TURN_MS_MAX
    const total = await removal.begin(accountId)
    if (total === null) return { kind: 'done', note: 'the account is there, so nothing was removed' }
    const running = await removal.stopTasks(accountId, id)
    if (running > 0) {
      return { kind: 'snooze', forMs: LOOK_AGAIN_MS, why: `waits until ${running} other tasks of the account have stopped` }
    }
    let done = 0
    for await (const removed of removal.remove(accountId)) {
      done += removed
      await checkpoint({ done, total })
      if (now() > end) return { kind: 'snooze', forMs: 0, why: `${done} of ${total} messages were removed; the rest follows` }
    }
    return { kind: 'done' }
  },
  classify: (error): Outcome => ({ kind: 'retry', why: errorText(error) }),
})
