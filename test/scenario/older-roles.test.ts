/** Two whole nodes of one PostgreSQL that share out work by the lists of the older TOML scheme, and one that shares a push shard. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { hasCode } from '../../src/errors.ts'
import { list } from '../support/api-call.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'
import { eventually, startServer, type TestServer } from '../support/server.ts'

const LISTS = `
[cluster.roles]
push-notifications = ["5", "6"]
fts-indexing = "6"
[cluster.roles.metrics]
push = "6"
`

describe('the older role lists', { skip: postgresMissing() }, () => {
  let url: string
  let folder: string
  before(async () => {
    url = await (await sharedPostgres()).freshDatabase()
    folder = await mkdtemp(join(tmpdir(), 'rota-older-'))
  })
  after(async () => {
    await rm(folder, { recursive: true, force: true })
    await stopSharedPostgres()
  })

  async function start(name: string, nodeId: number): Promise<TestServer> {
    const path = join(folder, `${name}.toml`)
    await writeFile(path, `[cluster]\nnode-id = ${nodeId}\n${LISTS}`)
    return startServer({ variables: { DATABASE_URL: url, STALWART_HOSTNAME: name, ROTA_CONFIG: path } })
  }

  test('give each node its id and its part, and no other node gets the part of a dead one', async () => {
    await using five = await start('five', 5)
    const buckets = async (lane: string) => {
      const { nodes, leases } = await five.store.leases.view()
      const name = (holder: string | null) => nodes.find(node => node.incarnation === holder)?.hostname
      return Map.groupBy(leases.filter(lease => lease.lane === lane && lease.holder !== null), lease => name(lease.holder))
    }
    const share = async (lane: string) => Object.fromEntries([...await buckets(lane)].map(([name, held]) => [name, held.length]))
    const six = await start('six', 6)
    try {
      await eventually(async () => (await share('push'))['six'] === 32, 'the second node has its push shard')
      assert.deepEqual([await share('push'), await share('search')], [{ five: 32, six: 32 }, { six: 64 }])
      assert.ok([...await buckets('push')].every(([name, held]) => held.every(({ bucket }) => bucket % 2 === (name === 'five' ? 0 : 1))))
      const duties = new Map((await list(five, 'ClusterNode')).map(node => [node['nodeId'], Object.keys(node['duties'] as object)]))
      assert.deepEqual(new Set(duties.keys()), new Set([5, 6]))
      for (const duty of ['searchIndexing', 'metricsPush']) {
        assert.deepEqual([5, 6].map(id => duties.get(id)?.includes(duty)), [false, true], duty)
      }
    } finally {
      await six.stop()
    }
    await eventually(async () => (await share('search'))['six'] === undefined, 'the second node has left')
    assert.deepEqual([await share('push'), await share('search')], [{ five: 32 }, {}])
  })

  test('refuse a node id that a live node has', async () => {
    await using _first = await start('first', 9)
    await assert.rejects(start('second', 9), error => hasCode(error, 'node/id-in-use') && /host name first runs since/.test(error.message))
  })
})
