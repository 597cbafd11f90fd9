/** What archived items need of the engine and of the stored content, which the registry does not know. */
import type { Clock } from '../base/clock.ts'
import type { IdSource } from '../base/ids.ts'
import type { Catalogue } from '../engine/catalogue.ts'
import type { ArchivedItemOptions } from '../registry/objects/archived-item.ts'
import { releaseContent } from '../services/archive/archive.ts'
import type { Tx } from '../store/store.ts'
import restoreArchivedItem from '../tasks/restore-archived-item.ts'

export function archivePort(catalogue: Catalogue, ids: IdSource, clock: Pick<Clock, 'now'>): ArchivedItemOptions<Tx> {
  return {
    async queueRestoration(tx, payload) {
      await tx.tasks.insert([catalogue.row({ variant: restoreArchivedItem.name, payload }, ids, clock.now())])
    },
    release: releaseContent,
  }
}
