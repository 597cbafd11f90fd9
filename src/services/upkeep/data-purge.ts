/**
 * What is over in the store, kind by kind: KINDS is the whole list. It goes in small transactions, so that other writers
 * get their turns in between, and each reads the settings of that moment.
 */
import type { KeptFor, Retention } from '../../registry/objects/data-retention.ts'
import { retentionNow } from '../../registry/objects/data-retention.ts'
import { purgeArchive } from '../archive/archive.ts'
import type { ArchivePurgeTx } from '../archive/archive.ts'
import { removeEnded } from '../auth/oauth/grants.ts'
import { purgeSamples } from '../spam/samples.ts'
import { purgeTraces } from '../telemetry/traces.ts'

const ROWS_AT_ONCE_MAX = 1_000
/** Each has a content to look after. */
const CONTENTS_AT_ONCE_MAX = 200

export interface PurgeTx extends ArchivePurgeTx {
  /** The history of tasks: removes at most `limit` runs that started before. */
  readonly runs: { purge(before: number, limit: number): Promise<number> }
}
export interface PurgeStore<Tx extends PurgeTx> {
  now(): Promise<number>
  transact<T>(work: (tx: Tx) => Promise<T>): Promise<T>
}

interface Kind {
  readonly atOnceMax: number
  /** How many went, at most `atOnceMax`. */
  readonly remove: (tx: PurgeTx, now: number, retention: Retention) => Promise<number>
}

const KINDS = {
  'expired keys': { atOnceMax: ROWS_AT_ONCE_MAX, remove: ({ keys }) => keys.removeExpired(ROWS_AT_ONCE_MAX) },
  'ended logins': { atOnceMax: ROWS_AT_ONCE_MAX, remove: (tx, now) => removeEnded(tx, now, ROWS_AT_ONCE_MAX) },
  'archived items': { atOnceMax: CONTENTS_AT_ONCE_MAX, remove: (tx, now) => purgeArchive(tx, now, CONTENTS_AT_ONCE_MAX) },
  'spam samples': { atOnceMax: CONTENTS_AT_ONCE_MAX, remove: (tx, now) => purgeSamples(tx, now, CONTENTS_AT_ONCE_MAX) },
  'task runs': older('holdTaskRunsFor', ({ runs }, before) => runs.purge(before, ROWS_AT_ONCE_MAX)),
  'audit entries': older('holdAuditFor', ({ audit }, before) => audit.purge(before, ROWS_AT_ONCE_MAX)),
  traces: older('holdTracesFor', (tx, before) => purgeTraces(tx, before, ROWS_AT_ONCE_MAX)),
  metrics: older('holdMetricsFor', ({ metrics }, before) => metrics.purge(before, ROWS_AT_ONCE_MAX)),
} satisfies Readonly<Record<string, Kind>>
export type PurgedKind = keyof typeof KINDS

/** `removed`: of this kind, so far. */
export interface PurgeProgress { readonly kind: PurgedKind; readonly removed: number }

export class DataPurge<Tx extends PurgeTx = PurgeTx> {
  readonly #store: PurgeStore<Tx>

  constructor(store: PurgeStore<Tx>) {
    this.#store = store
  }

  /** Of each kind how many went. `told` hears of each batch, and may throw to stop: what went is gone. */
  async all(told: (progress: PurgeProgress) => Promise<void>): Promise<PurgeProgress[]> {
    const done: PurgeProgress[] = []
    for (const kind of Object.keys(KINDS) as PurgedKind[]) {
      let [removed, isMore] = [0, true]
      while (isMore) {
        const part = await this.part(kind)
        isMore = part.isMore
        await told({ kind, removed: removed += part.removed })
      }
      done.push({ kind, removed })
    }
    return done
  }

  /** One batch of one kind. */
  async part(kind: PurgedKind): Promise<{ readonly removed: number; readonly isMore: boolean }> {
    const { atOnceMax, remove }: Kind = KINDS[kind]
    const now = await this.#store.now()
    const removed = await this.#store.transact(async tx => remove(tx, now, await retentionNow(tx)))
    return { removed, isMore: removed >= atOnceMax }
  }
}

/** Records that are kept as long as a setting says; null: for ever. */
function older(
  setting: KeptFor, remove: (tx: PurgeTx, before: number) => Promise<number>,
): Kind {
  return {
    atOnceMax: ROWS_AT_ONCE_MAX,
    async remove(tx, now, retention) {
      const keptMs = retention[setting]
      return keptMs === null ? 0 : remove(tx, now - keptMs)
    },
  }
}
