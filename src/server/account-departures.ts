/** What destroying an account needs of the engine, which the registry does not know. */
import type { IdSource } from '../base/ids.ts'
import type { Catalogue } from '../engine/catalogue.ts'
import type { Departures } from '../registry/objects/account-departure.ts'
import type { Tx } from '../store/store.ts'
import destroyAccount from '../tasks/destroy-account.ts'

export function accountDepartures(catalogue: Catalogue, ids: IdSource, registry: Departures<Tx>['registry']): Departures<Tx> {
  const variant = destroyAccount.name
  return {
    registry,
    async queue(tx, departure, due) {
      const { accountId } = departure
      const waiting = await tx.tasks.count({ accountId, variants: [variant], status: ['Pending', 'Retry'] })
      if (waiting === 0) await tx.tasks.insert([catalogue.row({ variant, payload: departure }, ids, due)])
    },
  }
}
