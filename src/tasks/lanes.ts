/** The lanes (docs/reference/lanes.md). Bucket counts are stored in rows: they never change for a lane that has tasks. */
import type { Lane } from '../engine/lane.ts'
import type { Duty } from './define.ts'

/** Also the largest number of push shards. The number of buckets does not follow that of the shards: whoever holds a bucket is the one owner of its accounts, also while nodes disagree about the shards. */
export const PUSH_BUCKETS = 64

function lane(name: string, duty: Duty, buckets: number, legacyKey: string | null): Lane {
  return { name, duty, buckets, legacyKey, sharding: 'none' }
}

function critical(lane: Lane): Lane {
  return { ...lane, critical: true }
}

export function lanes(): Lane[] {
  return [
    critical(lane('search', 'searchIndexing', 64, 'fts-indexing')),
    critical(lane('account', 'accountMaintenance', 16, 'purge.accounts')),
    critical(lane('store', 'storeMaintenance', 16, 'purge.stores')),
    lane('spam', 'spamClassifierTraining', 1, 'spam-training'),
    critical(lane('calendar', 'taskQueueProcessing', 16, 'calendar-alerts')),
    critical(lane('itip', 'taskQueueProcessing', 16, 'imip-processing')),
    lane('threads', 'taskQueueProcessing', 16, 'merge-threads'),
    lane('restore', 'taskQueueProcessing', 16, null),
    lane('report', 'taskQueueProcessing', 16, null),
    lane('acme', 'taskQueueProcessing', 16, 'acme.renew'),
    lane('domain', 'taskQueueProcessing', 16, null),
    critical(lane('outbound', 'outboundMta', 64, null)),
    critical({ name: 'push', duty: 'pushNotifications', buckets: PUSH_BUCKETS, legacyKey: 'push-notifications', sharding: 'push' }),
    critical(lane('scheduler', 'taskScheduler', 1, null)),
    lane('metrics', 'metricsCalculate', 1, 'metrics.calculate'),
  ]
}
