/** Snapshot and apply between two real servers: every kind of object that a plan can hold goes over and comes back. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { isJsonObject } from '../../src/base/json.ts'
import { list } from '../support/api-call.ts'
import { runCli, type Ran } from '../support/cli.ts'
import { ADMIN_PASSWORD, startServer, type TestServer } from '../support/server.ts'

/** One object of every kind, with references, sets, lists, maps and embedded variants. */
const ESTATE = `
{"@type":"upsert","object":"Tenant","value":{"t":{"name":"Coast"}}}
{"@type":"upsert","object":"Domain","value":{"d":{"name":"example.org","aliases":["example.net"],"description":"First","memberTenantId":"#t"}}}
{"@type":"upsert","object":"Account","value":{"g":{"@type":"Group","name":"all","domainId":"#d","memberTenantId":"#t"}}}
{"@type":"upsert","object":"Account","value":{"a":{"@type":"User","name":"alice","domainId":"#d","memberTenantId":"#t","memberGroupIds":{"#g":true},"aliases":[{"name":"al","domainId":"#d","enabled":true}],"quotas":{"maxDiskQuota":1000000},"credentials":[{"@type":"Password","secret":"a long secret"}],"permissions":{"@type":"Merge","disabledPermissions":["jmapEmailGet"]}}}}
{"@type":"upsert","object":"NetworkListener","value":{"l":{"name":"lmtp-2","protocol":"lmtp","bind":["127.0.0.1:0"],"tlsTimeout":"30s"}}}
{"@type":"upsert","object":"ClusterRole","value":{"r":{"name":"edge","listeners":{"@type":"EnableSome","listenerIds":{"#l":true}},"tasks":{"@type":"EnableSome","taskTypes":["searchIndexing"]}}}}
{"@type":"update","object":"TaskManager","value":{"maxAttempts":7,"strategy":{"@type":"FixedDelay","delay":"5m"}}}
{"@type":"update","object":"DataRetention","value":{"holdTaskRunsFor":"10d"}}
`

let source: TestServer
let target: TestServer
before(async () => { [source, target] = await Promise.all([startServer(), startServer()]) })
after(() => Promise.all([source.stop(), target.stop()]))

function rota(server: TestServer, words: readonly string[], stdin = ''): Promise<Ran> {
  const env = { ROTA_URL: `http://127.0.0.1:${server.port('http')}`, ROTA_USER: 'admin', ROTA_PASSWORD: ADMIN_PASSWORD }
  return runCli(words, { env, stdin, clock: systemClock })
}
async function done(server: TestServer, words: readonly string[], stdin = ''): Promise<string> {
  const { code, stdout, stderr } = await rota(server, words, stdin)
  assert.equal(code, 0, `${words.join(' ')}: ${stdout}${stderr}`)
  return stdout
}
const apply = (server: TestServer, plan: string, ...more: readonly string[]) => done(server, ['apply', '--stdin', ...more], plan)
const snapshot = (server: TestServer) => done(server, ['snapshot'])

/** Names of objects without the ids of their server, and without what stands in another order for it. */
function withoutIds(plan: string): Json[] {
  const names = new Map<string, string>()
  const lines = plan.trimEnd().split('\n').map(line => JSON.parse(line) as JsonObject)
  for (const { object, matchOn, value } of lines) {
    if (!Array.isArray(matchOn)) continue
    for (const [ref, body] of Object.entries(value as JsonObject)) {
      names.set(ref, `${String(object)} ${String(isJsonObject(body) && body[String(matchOn[0])])}`)
    }
  }
  const text = [...names].reduce((all, [ref, name]) => all.replaceAll(`"${ref}"`, `"${name}"`).replaceAll(`"#${ref}"`, `"#${name}"`), plan)
  return text.trimEnd().split('\n').toSorted().map(line => JSON.parse(line) as Json)
}

describe('a plan', () => {
  test('that people wrote is carried out once, and then changes nothing', async () => {
    assert.match(await apply(source, ESTATE, '--dry-run'), /^6 to create, 2 to update, 0 unchanged; nothing was changed$/m)
    assert.deepEqual(await list(source, 'Tenant'), [])
    assert.match(await apply(source, ESTATE), /^6 created, 2 updated, 0 unchanged$/m)
    // A secret cannot be compared, so the account that has one is written again.
    assert.match(await apply(source, ESTATE), /^1 updated, 7 unchanged$/m)
    const withoutSecret = ESTATE.replace(/"credentials":\[.*?\],/, '')
    assert.match(await apply(source, withoutSecret), /^0 changes, 8 unchanged$/m)
  })

  test('holds every kind of object that can be written, but for tasks and keys', async () => {
    const kinds = new Set((await snapshot(source)).trimEnd().split('\n').map(line => (JSON.parse(line) as JsonObject)['object']))
    for (const kind of ['Domain', 'Account', 'ClusterRole', 'NetworkListener', 'TaskManager', 'Tenant', 'DataRetention']) {
      assert.ok(kinds.has(kind), kind)
    }
    for (const kind of ['Task', 'ClusterNode', 'ApiKey', 'AuditEntry']) assert.ok(!kinds.has(kind), kind)
  })

  test('goes over to an empty server, where its snapshot is the same', async () => {
    const plan = await snapshot(source)
    assert.match(await apply(target, plan), /^6 created, /m)
    assert.deepEqual(withoutIds(await snapshot(target)), withoutIds(plan))
    assert.match(await apply(target, plan), /^0 changes, \d+ unchanged$/m)
    assert.equal(await snapshot(target), await snapshot(target))
  })

  test('does not take away the password of an account that is there', async () => {
    await apply(source, await snapshot(source))
    const alice = (await list(source, 'Account')).find(({ name }) => name === 'alice')
    assert.equal(Object.keys(alice?.['credentials'] as JsonObject).length, 1)
  })

  test('puts back what was changed by hand, and nothing else', async () => {
    const plan = await snapshot(source)
    const [domain] = (await list(source, 'Domain')).filter(({ name }) => name === 'example.org')
    await done(source, ['update', 'domain', String(domain?.['id']), '--field', 'aliases/example.com=true', '--field', 'description=Other'])
    const shown = await apply(source, plan, '--dry-run')
    assert.match(shown, /^~ Domain example\.org \(.*\)\n {4}aliases\/example\.com: true → -\n {4}description: Other → First\n1 to update/)
    assert.match(await apply(source, plan), /^1 updated/m)
    assert.equal(await snapshot(source), plan)
  })

  test('with reconcile destroys what it does not name, after what refers to it', async () => {
    const plan = (await snapshot(target)).split('\n')
      .filter(line => !/"name":"(?:edge|lmtp-2|alice|all)"/.test(line))
      .map(line => line.replace(/"upsert"(?=,"object":"(?:NetworkListener|Account)")/, '"reconcile"'))
      .join('\n')
    const { code, stdout, stderr } = await rota(target, ['apply', '--stdin'], `${plan}\n{"@type":"reconcile","object":"ClusterRole"}\n`)
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^- ClusterRole edge .*\n- NetworkListener lmtp-2 .*\n- Account alice .*\n- Account all .*\n4 destroyed, /m)
    assert.match(stderr, /^1 NetworkListener that is not in the plan will be destroyed$/m)
    assert.deepEqual(await list(target, 'ClusterRole'), [])
  })

  test('that the server refuses half-way leaves what was done, and says so', async () => {
    const plan = '{"@type":"upsert","object":"ClusterRole","value":{"x":{"name":"made"}}}\n'
      + '{"@type":"upsert","object":"Domain","value":{"y":{"name":"not a name"}}}\n'
      + '{"@type":"upsert","object":"ClusterRole","value":{"z":{"name":"never"}}}\n'
    const { code, stdout, stderr } = await rota(source, ['apply', '--stdin'], plan)
    assert.equal(code, 1)
    assert.match(stdout, /^\+ ClusterRole made .*\n1 created, 1 refused, 0 unchanged$/m)
    assert.match(stderr, /^line 2: Domain not a name: .*name.*\nerror: 1 refused; nothing after it was begun/)
    assert.deepEqual(new Set((await list(source, 'ClusterRole')).map(({ name }) => name)), new Set(['edge', 'made']))
  })
})
