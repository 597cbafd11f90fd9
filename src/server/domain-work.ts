/** Queues what changes of domains make necessary: the engine, which the registry does not know. */
import type { Clock } from '../base/clock.ts'
import type { IdSource } from '../base/ids.ts'
import type { Catalogue } from '../engine/catalogue.ts'
import type { DomainWork } from '../registry/objects/domain-work.ts'
import type { Tx } from '../store/store.ts'

export function domainWork(catalogue: Catalogue, ids: IdSource, clock: Pick<Clock, 'now'>): DomainWork<Tx> {
  return {
    async queue(tx, variant, payload) {
      await tx.tasks.insert([catalogue.row({ variant, payload }, ids, clock.now())])
    },
  }
}
