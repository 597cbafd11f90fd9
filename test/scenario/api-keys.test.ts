/** API keys from end to end: two nodes on one store, asked over HTTP as people and programs ask. */
import { CertificateReader } from '../../src/services/certificates/certificate-reader.ts'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { idSource, type Id } from '../../src/base/ids.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { silentLog } from '../../src/base/log.ts'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { Catalogue } from '../../src/engine/catalogue.ts'
import { JmapEndpoint } from '../../src/jmap/endpoint.ts'
import { REGISTRY_CAPABILITY } from '../../src/jmap/session.ts'
import { createHttpHandler } from '../../src/listeners/http/http-handler.ts'
import { LiveChanges } from '../../src/services/live/live-changes.ts'
import { contentPort } from '../../src/server/content-port.ts'
import { buildMail } from '../../src/server/mail.ts'
import { buildObjects } from '../../src/server/objects.ts'
import { Auth } from '../../src/services/auth/auth.ts'
import { OAuth } from '../../src/services/auth/oauth/oauth.ts'
import { openMemoryStore } from '../../src/store/memory/store.ts'
import { VARIANTS } from '../../src/tasks/catalogue.ts'
import { lanes } from '../../src/tasks/lanes.ts'
import { apiCall, part, type Login, type MethodCall } from '../support/api-call.ts'
import { listenHttp } from '../support/http-listener.ts'

type Store = Awaited<ReturnType<typeof openMemoryStore>>

/** What a node serves over HTTP, without the rest of a node. */
async function openNode(store: Store, clock: VirtualClock, number: number) {
  const ids = idSource(number, clock)
  const catalogue = new Catalogue([...VARIANTS], lanes())
  const mail = buildMail(store, catalogue, ids, clock)
  const { directory, mailStore } = mail
  const objects = buildObjects({ store, catalogue, ids, clock, mailStore, certificates: new CertificateReader({}), variables: {}, cluster: () => null })
  const auth = new Auth({ store, directory, permissionsOf: objects.permissionsOf, clock, log: silentLog })
  const oauth = new OAuth({ store, auth, ids, clock, log: silentLog })
  const methods = objects.registry.methods()
  const jmap = new JmapEndpoint({ methods, log: silentLog, ids, clock, capabilities: [REGISTRY_CAPABILITY] })
  const schema = objects.registry.schemaDocument()
  const download = () => Promise.resolve(null)
  const uploads = contentPort(store, mail).uploads
  const live = { changes: new LiveChanges(ids.next(), clock), objects: new Map<string, string>(), clock }
  const http = await listenHttp(await createHttpHandler({ auth, oauth, jmap, schema, download, uploads, console: null, live, challenge: () => Promise.resolve(null), log: silentLog, ids }))
  const call = async (login: Login, name: string, args: JsonObject): Promise<JsonObject> => {
    const calls: MethodCall[] = [[name, args]]
    return (await apiCall(http.port, login, calls))[0] ?? {}
  }
  const status = async (token: string): Promise<number> => {
    const response = await fetch(`${http.url}/api/account`, { headers: { authorization: `Bearer ${token}` } })
    await response.arrayBuffer()
    return response.status
  }
  const permissions = async (authorization: string): Promise<string[]> => {
    const response = await fetch(`${http.url}/api/account`, { headers: { authorization } })
    return (await response.json() as { permissions: string[] }).permissions
  }
  return { ...http, objects, call, status, permissions }
}
type Node = Awaited<ReturnType<typeof openNode>>

const PASSWORD = 'correct horse'
const JANE: Login = { name: 'jane@example.org', password: PASSWORD }
const clock = new VirtualClock()
let store: Store
let one: Node
let two: Node
let domainId: Id
let jane: Id

before(async () => {
  store = await openMemoryStore({ clock })
  one = await openNode(store, clock, 1)
  two = await openNode(store, clock, 2)
  domainId = await one.objects.registry.create(one.objects.standard.domain, { name: 'example.org' })
  jane = await account('jane')
})
after(async () => {
  await Promise.all([one.close(), two.close()])
  await store.close()
})

function account(name: string, role = 'User'): Promise<Id> {
  const credentials = [{ '@type': 'Password', secret: PASSWORD }]
  const body = { '@type': 'User', name, domainId, credentials, roles: { '@type': role } }
  return one.objects.registry.create(one.objects.standard.account, body)
}

/** The key that a login makes at the first node. */
async function make(login: Login, more: JsonObject = {}): Promise<{ id: Id; token: string }> {
  const reply = await one.call(login, 'x:ApiKey/set', { create: { n: { description: 'a program', ...more } } })
  const made = part(part(reply, 'created'), 'n')
  return { id: String(made['id']), token: String(made['secret']) }
}

test('a user makes a key, and a program logs in with it, at every node', async () => {
  const { id, token } = await make(JANE)
  assert.match(token, new RegExp(`^rota_${jane}_${id}_[0-9a-f]{64}$`))
  for (const node of [one, two]) {
    const reply = await node.call({ token }, 'x:ApiKey/get', { ids: null, properties: ['accountId', 'secret'] })
    assert.deepEqual(reply['list'], [{ id, accountId: jane, secret: '****' }])
    assert.deepEqual(await node.permissions(`Bearer ${token}`), [...one.objects.standard.roles.User].toSorted())
  }
  const hidden = await store.read(tx => tx.objects.get('ApiKey', [id]))
  assert.ok(!JSON.stringify(hidden).includes(token.slice(-64)), 'the store has a hash')
  await one.call(JANE, 'x:ApiKey/set', { destroy: [id] })
})

test('the audit log tells with which key something was done, and no key', async () => {
  await account('auditor', 'Admin')
  const [first, auditor] = [await make(JANE), { name: 'auditor@example.org', password: PASSWORD }]
  const second = await make({ token: first.token })
  const ids = (await one.call(auditor, 'x:AuditEntry/query', { filter: { objectName: 'ApiKey' } }))['ids'] ?? null
  const { list } = await one.call(auditor, 'x:AuditEntry/get', { ids })
  const entries = list as unknown as JsonObject[]
  const told = (id: Id) => entries.filter(entry => entry['objectId'] === id).map(entry => [entry['action'], entry['actorName'], entry['via']])
  assert.deepEqual(told(first.id), [['Create', 'jane@example.org', 'password']])
  assert.deepEqual(told(second.id), [['Create', 'jane@example.org', `apiKey:${first.id}`]])
  assert.ok(!/sha256|[0-9a-f]{64}/.test(JSON.stringify(entries)))
  await one.call(JANE, 'x:ApiKey/set', { destroy: [first.id, second.id] })
})

test('a restricted key is refused what it lacks, and makes nothing that has more', async () => {
  const names = ['sysApiKeyCreate', 'sysApiKeyGet']
  const { id, token } = await make(JANE, { permissions: { '@type': 'Replace', permissions: names } })
  assert.deepEqual(await one.permissions(`Bearer ${token}`), names)
  const query = await one.call({ token }, 'x:ApiKey/query', {})
  assert.equal(part(query, 'error')['type'], 'forbidden')
  const destroy = await one.call({ token }, 'x:ApiKey/set', { destroy: [id] })
  assert.equal(part(destroy, 'error')['type'], 'forbidden')
  const more = await one.call({ token }, 'x:ApiKey/set', { create: { n: { description: 'more' } } })
  assert.equal(part(part(more, 'notCreated'), 'n')['type'], 'forbidden')
  await make({ token }, { permissions: { '@type': 'Replace', permissions: ['sysApiKeyGet'] } })
})

test('a key ends when it says, and stays listed', async () => {
  const { id, token } = await make(JANE, { expiresAt: '2026-01-01T01:00:00Z' })
  assert.equal(await one.status(token), 200)
  await clock.advance(3_600_000)
  assert.deepEqual([await one.status(token), await two.status(token)], [401, 401])
  const query = await one.call(JANE, 'x:ApiKey/query', {})
  assert.ok((query['ids'] as unknown as Id[]).includes(id))
  await one.call(JANE, 'x:ApiKey/set', { update: { [id]: { expiresAt: '2026-01-01T02:00:00Z' } } })
  assert.deepEqual([await one.status(token), await two.status(token)], [200, 200])
})

test('a key works from where it is allowed', async () => {
  const { id, token } = await make(JANE, { allowedIps: ['192.0.2.0/24'] })
  assert.equal(await one.status(token), 401)
  await one.call(JANE, 'x:ApiKey/set', { update: { [id]: { 'allowedIps/127.0.0.0~18': true } } })
  assert.equal(await one.status(token), 200)
})

test('a revoked key is refused from the next request on, at every node', async () => {
  const { id, token } = await make(JANE)
  assert.deepEqual([await one.status(token), await two.status(token)], [200, 200])
  assert.deepEqual((await one.call({ token }, 'x:ApiKey/set', { destroy: [id] }))['destroyed'], [id])
  assert.deepEqual([await two.status(token), await one.status(token)], [401, 401])
})

test('a key goes with its account', async () => {
  const john = await account('john')
  const { id, token } = await make({ name: 'john@example.org', password: PASSWORD })
  assert.equal(await two.status(token), 200)
  await one.objects.registry.destroy(one.objects.standard.account, john)
  assert.equal(await two.status(token), 401)
  assert.deepEqual(await store.read(tx => tx.objects.get('ApiKey', [id])), [])
})

test('/api/account names what exists and can be done, in order', async () => {
  const known = new Set(one.objects.registry.permissions().map(({ name }) => name))
  for (const role of ['User', 'Admin', 'Operator', 'ReadOnly']) {
    const name = `a-${role.toLowerCase()}`
    await account(name, role)
    const names = await one.permissions(`Basic ${btoa(`${name}@example.org:${PASSWORD}`)}`)
    assert.deepEqual(names, names.toSorted(), role)
    assert.equal(new Set(names).size, names.length)
    assert.deepEqual(names.filter(each => !known.has(each)), [], role)
    assert.deepEqual(names.filter(each => /^sysClusterNode(Create|Destroy)$|^sysTaskManager(Create|Query)/.test(each)), [])
  }
})
