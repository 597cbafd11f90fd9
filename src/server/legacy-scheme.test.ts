import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assign, candidatesOf, type AssignableNode } from '../engine/assign/assign.ts'
import { RolesFileError } from '../legacy/roles-file.ts'
import { DUTIES } from '../tasks/define.ts'
import { lanes } from '../tasks/lanes.ts'
import { legacyScheme } from './legacy-scheme.ts'

/** The complete example of the older scheme's documentation. */
const EXAMPLE = `
[cluster.roles.purge]
stores = ["1,4", "2,3", "5,6"]
accounts = ["1,4"]
[cluster.roles.acme]
renew = ["5"]
[cluster.roles.metrics]
calculate = ["3,4"]
push = ["4"]
[cluster.roles.push-notifications]
push-notifications = ["1,2", "3,4"]
[cluster.roles.fts-indexing]
fts-indexing = ["2,3"]
[cluster.roles.spam-training]
spam-training = ["1"]
[cluster.roles.imip-processing]
imip-processing = ["4"]
[cluster.roles.calendar-alerts]
calendar-alerts = ["5"]
`
const EVERYONE = [1, 2, 3, 4, 5, 6]
/** By lane, the nodes of each shard; a lane that is missing is everyone's. */
const WANTED: Readonly<Record<string, readonly (readonly number[])[]>> = {
  store: [[1, 4], [2, 3], [5, 6]],
  account: [[1, 4]],
  acme: [[5]],
  metrics: [[3, 4]],
  push: [[1, 2], [3, 4]],
  search: [[2, 3]],
  spam: [[1]],
  itip: [[4]],
  calendar: [[5]],
}

function scheme(text: string, nodeId: number) {
  return legacyScheme(`[cluster]\nnode-id = ${nodeId}\n${text}`, lanes())
}
function node(text: string, nodeId: number): AssignableNode {
  const { lanes: left, withoutDuties } = scheme(text, nodeId)
  const duties = DUTIES.filter(duty => !withoutDuties.has(duty))
  return { incarnation: `i${nodeId}`, nodeId, duties, pushShard: null, draining: false, sharding: { pushShards: null, lanes: left } }
}

describe('the older scheme', () => {
  for (const dead of [null, ...EVERYONE]) {
    it(`lets the right nodes work each share, ${dead === null ? 'with all of six alive' : `without node ${dead}`}`, () => {
      const live = EVERYONE.filter(id => id !== dead)
      const nodes = live.map(id => node(EXAMPLE, id))
      for (const lane of lanes()) {
        const shards = WANTED[lane.name] ?? [EVERYONE]
        const able = nodes.filter(({ duties }) => duties.includes(lane.duty))
        const owners = assign(nodes, [lane]).get(lane.name) ?? []
        const workers = shards.map(() => new Set<string | null>())
        for (let bucket = 0; bucket < lane.buckets; bucket++) {
          const shard = shards[bucket % shards.length] ?? []
          const candidates = candidatesOf(able, lane, bucket).map(({ nodeId }) => nodeId)
          assert.deepEqual(candidates, shard.filter(id => live.includes(id)), `${lane.name}/${bucket}`)
          workers[bucket % shards.length]?.add(owners[bucket] ?? null)
        }
        // Where there is a bucket for each of them, each of them has one.
        for (const [index, shard] of shards.entries()) {
          const alive = shard.filter(id => live.includes(id)).map(id => `i${id}`)
          if (lane.buckets > 1) assert.deepEqual(workers[index], new Set(alive.length > 0 ? alive : [null]), `${lane.name}, shard ${index}`)
        }
      }
    })
  }

  it('takes a duty from a node when it leaves it nothing of it', () => {
    assert.ok(!node(EXAMPLE, 1).duties.includes('metricsPush') && node(EXAMPLE, 4).duties.includes('metricsPush'))
    assert.ok(!node(EXAMPLE, 1).duties.includes('searchIndexing') && node(EXAMPLE, 2).duties.includes('searchIndexing'))
    // Some general tasks are in no list: those are everyone's.
    assert.ok(EVERYONE.every(id => node(EXAMPLE, id).duties.includes('taskQueueProcessing')))
  })

  it('cuts merge-threads as well', () => {
    assert.deepEqual([1, 2, 3].map(id => scheme('[cluster.roles]\nmerge-threads = ["1", "2"]', id).lanes), [
      { threads: { index: 0, of: 2 } }, { threads: { index: 1, of: 2 } }, { threads: null },
    ])
  })

  it('lets one of all listed nodes work what cannot be divided', () => {
    const text = '[cluster.roles]\nspam-training = ["1", "2"]'
    assert.deepEqual([1, 2, 3].map(id => scheme(text, id).lanes['spam']), [{ index: 0, of: 1 }, { index: 0, of: 1 }, null])
  })

  it('gives a node that has lists and no id the number 1, as it was', () => {
    assert.equal(legacyScheme('[cluster.roles]\nfts-indexing = "2"', lanes()).nodeId, 1)
    assert.deepEqual(legacyScheme('[store]\na = 1', lanes()), { nodeId: null, lanes: {}, withoutDuties: new Set(), ignored: ['store'] })
  })

  it('refuses a node id and numbers of shards that cannot be', () => {
    const refused = (text: string, what: RegExp) => {
      assert.throws(() => legacyScheme(text, lanes()), error => error instanceof RolesFileError && what.test(error.message))
    }
    refused('[cluster]\nnode-id = 1024', /1023 is the largest/)
    const many = Array.from({ length: 17 }, (_, index) => `"${index + 1}"`).join()
    refused(`[cluster.roles.purge]\naccounts = [${many}]`, /purge.accounts has 17 shards; 16 are the most/)
  })
})
