/** `rota import roles` against a real server: what it makes, that it may be repeated, and that a dry run writes nothing. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { list } from '../support/api-call.ts'
import { runCli, type Ran } from '../support/cli.ts'
import { ADMIN_PASSWORD, startServer, type TestServer } from '../support/server.ts'

const LISTS = `
[cluster.roles.push-notifications]
push-notifications = ["1,2", "3"]
[cluster.roles]
fts-indexing = ["2"]
spam-training = ["1", "3"]
`

let server: TestServer
let folder: string
let file: string
before(async () => {
  server = await startServer()
  folder = await mkdtemp(join(tmpdir(), 'rota-import-'))
  file = join(folder, 'old.toml')
  await writeFile(file, LISTS)
})
after(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

function rota(...words: readonly string[]): Promise<Ran> {
  const env = { ROTA_URL: `http://127.0.0.1:${server.port('http')}`, ROTA_USER: 'admin', ROTA_PASSWORD: ADMIN_PASSWORD }
  return runCli(['import', 'roles', ...words], { env, clock: systemClock })
}
const names = async () => new Set((await list(server, 'ClusterRole')).map(role => role['name']))

describe('import of older roles', () => {
  test('writes nothing with --dry-run, and tells all the same', async () => {
    const { code, stdout } = await rota(file, '--dry-run')
    assert.equal(code, 0)
    assert.match(stdout, /^3 to create, 0 unchanged; nothing was changed$/m)
    assert.match(stdout, /^3 +STALWART_ROLE=nodes-1-3 STALWART_PUSH_SHARD=2 ROTA_PUSH_SHARDS=2$/m)
    assert.deepEqual(await names(), new Set())
  })

  test('makes the roles, once', async () => {
    assert.match((await rota(file)).stdout, /^3 created, 0 unchanged$/m)
    const other = (await list(server, 'ClusterRole')).find(role => role['name'] === 'other-nodes')
    const duties = ['storeMaintenance', 'accountMaintenance', 'taskQueueProcessing', 'metricsCalculate', 'metricsPush', 'outboundMta', 'taskScheduler']
    assert.deepEqual(other?.['tasks'], { '@type': 'EnableSome', taskTypes: Object.fromEntries(duties.map(duty => [duty, true])) })
    assert.deepEqual(other['listeners'], { '@type': 'EnableAll' })
    assert.match((await rota(file)).stdout, /^0 changes, 3 unchanged$/m)
    assert.deepEqual(await names(), new Set(['node-2', 'nodes-1-3', 'other-nodes']))
  })

  test('tells programs one object a line', async () => {
    const lines = (await rota(file, '--json')).stdout.trimEnd().split('\n').map(line => JSON.parse(line) as Record<string, unknown>)
    assert.deepEqual(lines.filter(line => 'node' in line), [
      { node: 1, environment: { STALWART_ROLE: 'nodes-1-3', STALWART_PUSH_SHARD: '1', ROTA_PUSH_SHARDS: '2' } },
      { node: 2, environment: { STALWART_ROLE: 'node-2', STALWART_PUSH_SHARD: '1', ROTA_PUSH_SHARDS: '2' } },
      { node: 3, environment: { STALWART_ROLE: 'nodes-1-3', STALWART_PUSH_SHARD: '2', ROTA_PUSH_SHARDS: '2' } },
      { node: null, environment: { STALWART_ROLE: 'other-nodes' } },
    ])
    assert.ok(lines.every(line => 'node' in line || 'summary' in line || typeof line['remark'] === 'string'))
  })

  test('refuses a wrong file before it asks the server, with line and key', async () => {
    const wrong = join(folder, 'wrong.toml')
    await writeFile(wrong, '[cluster.roles]\nfts-indexing = "1,x"\n')
    const { code, stderr } = await rota(wrong)
    assert.equal(code, 2)
    assert.match(stderr, /wrong\.toml: line 2: cluster\.roles\.fts-indexing has "1,x"/)
    assert.equal((await rota(join(folder, 'none.toml'))).code, 2)
  })
})
