/** Of each kind that purgeData removes something that is over and something that is not, and what is left of both. */
import { assert } from '../../src/base/assert.ts'
import type { Clock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import { ARCHIVED_ITEM, moveExpiry } from '../../src/registry/objects/archived-item.ts'
import { sampleEntries, SPAM_SAMPLE } from '../../src/registry/objects/spam-training-sample.ts'
import { beginGrant, GRANT_OBJECT } from '../../src/services/auth/oauth/grants.ts'
import type { Store } from '../../src/store/store.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
const PREFIX = 'over-data/'

export interface OverDataWorld { readonly store: Store; readonly clock: Clock }

/** `copies` of what is over, one of what is not. */
export async function overAndNot({ store, clock }: OverDataWorld, copies = 2): Promise<void> {
  const ids = idSource(9, clock)
  const now = await store.now()
  const ages = [...Array.from({ length: copies }, () => 400), 0]
  for (const [nth, days] of ages.entries()) {
    const at = now - days * DAY_MS
    const traceIds = idSource(nth, { ...clock, now: () => at })
    await store.transact(async tx => {
      await tx.keys.put(PREFIX + (days === 0 ? 'fresh' : nth), {}, days === 0 ? null : at)
      const login = { accountId: ids.next(), clientId: 'rota-webui', remote: '', password: '', passwords: '', logout: '' }
      await beginGrant(tx, ids.next(), login, at)
      const item = { '@type': 'Email', accountId: ids.next(), blobId: 'b', status: 'archived', archivedUntil: day(at + DAY_MS) }
      const itemId = ids.next()
      await tx.objects.insert(ARCHIVED_ITEM, itemId, item, [], [])
      await moveExpiry(tx, itemId, item, null)
      const sample = { accountId: ids.next(), blobId: 'b', isSpam: true, deleteAfterUse: false, from: '', subject: '', expiresAt: day(at + DAY_MS) }
      await tx.objects.insert(SPAM_SAMPLE, ids.next(), sample, sampleEntries(sample, nth + 1), [])
      await tx.runs.record([{
        id: ids.next(), taskId: PREFIX, variant: 'MergeThreads', accountId: null, nodeId: 1, startedAt: at, durationMs: 1, attempt: 0,
        outcome: 'done', error: null, note: null, parentId: null,
      }], [{ hour: Math.floor(at / HOUR_MS) * HOUR_MS, variant: 'MergeThreads', nodeId: 1, outcome: 'done', runs: 1, durationMs: 1 }])
      await tx.traces.put([{ id: traceIds.next(), from: PREFIX, recipients: [], size: 0, events: [] }])
      const slot = Math.floor(at) + nth
      assert(await tx.metrics.append({ slot, after: slot - 1, counters: {} }, [{ id: ids.next(), metric: PREFIX, count: 1, sum: null }]), 'there is another one of that millisecond')
      await tx.audit.append({
        id: ids.next(), at, action: 'Update', objectName: 'TaskManager', objectId: 'singleton', actorId: null, actorName: 'somebody',
        via: null, remote: null, before: null, after: null,
      })
    })
  }
}

export async function whatIsLeft({ store }: Pick<OverDataWorld, 'store'>) {
  return store.transact(async tx => {
    const keys = (await tx.keys.list(PREFIX, 100)).map(({ key }) => key.slice(PREFIX.length))
    // Rows that have expired and were not removed are not listed, and counted here.
    const rows = await tx.keys.removePrefix(PREFIX, 100_000)
    return {
      keys: rows === keys.length ? keys : [...keys, `${rows - keys.length} expired`],
      logins: await tx.objects.count(GRANT_OBJECT, []),
      archived: await tx.objects.count(ARCHIVED_ITEM, []),
      samples: await tx.objects.count(SPAM_SAMPLE, []),
      runs: await tx.runs.count({ taskId: PREFIX }),
      audit: await tx.audit.count({ objectName: 'TaskManager' }),
      traces: await tx.traces.count({ from: PREFIX }),
      metrics: await tx.metrics.count({ metrics: [PREFIX] }),
    }
  })
}

function day(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+/, '')
}
