/** Logins of web consoles on a whole node: what they may do, who sees them, and who ends them. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isJsonObject } from '../../src/base/json.ts'
import { apiCall, create, list, part, update, type Caller, type Login } from '../support/api-call.ts'
import { ADMIN_PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { WebConsole } from '../support/web-console.ts'

const PASSWORD = 'correct horse'
let server: TestServer
let web: WebConsole
let jane: string

before(async () => {
  server = await startServer()
  web = new WebConsole(`http://127.0.0.1:${server.port('http')}`)
  const [domainId = ''] = await create(server, 'Domain', { name: 'example.org' })
  const credentials = { 0: { '@type': 'Password', secret: PASSWORD } }
  const account = (name: string, role: string) => ({ '@type': 'User', name, domainId, credentials, roles: { '@type': role } })
  const made = await create(server, 'Account', account('jane', 'User'), account('auditor', 'ReadOnly'))
  jane = made[0] ?? ''
})
after(() => server.stop())

/** The node, asked as somebody. */
function as(login: Login): Caller {
  return { call: calls => apiCall(server.port('http'), login, calls) }
}
const ADMIN: Login = { name: 'admin', password: ADMIN_PASSWORD }
const JANE: Login = { name: 'jane@example.org', password: PASSWORD }
const AUDITOR: Login = { name: 'auditor@example.org', password: PASSWORD }

async function end(login: Login, id: string): Promise<string | true> {
  const [reply] = await as(login).call([['x:OAuthGrant/set', { destroy: [id] }]])
  const { error } = reply ?? {}
  if (isJsonObject(error)) return String(error['type'])
  const { destroyed } = reply ?? {}
  return Array.isArray(destroyed) && destroyed.includes(id) ? true : String(part(part(reply, 'notDestroyed'), id)['type'])
}

test('a person sees the own logins, and neither those of others nor what they were made with', async () => {
  const mine = await web.login('jane@example.org', PASSWORD)
  await web.login('admin', ADMIN_PASSWORD)
  const logins = await list(as({ token: mine.access_token }), 'OAuthGrant')
  assert.equal(logins.length, 1)
  const [{ id, createdAt, lastUsedAt, expiresAt, ...rest } = {}] = logins
  assert.deepEqual(rest, { accountId: jane, clientId: 'stalwart-webui', remote: '127.0.0.1' })
  assert.equal(Date.parse(String(expiresAt)) - Date.parse(String(createdAt)), 7 * 86_400_000)
  assert.match(String(lastUsedAt), /^\d{4}-.*Z$/)
  const adminsView = await list(as(ADMIN), 'OAuthGrant')
  assert.ok(adminsView.length > 1 && adminsView.some(login => login['id'] === id))
  const stored = await server.store.read(tx => tx.objects.get('OAuthGrant', [String(id)]))
  for (const hidden of ['password', 'passwords', 'logout']) {
    assert.ok(stored[0]?.body[hidden], hidden)
    assert.ok(!JSON.stringify(adminsView).includes(String(stored[0]?.body[hidden])), hidden)
  }
})

test('the owner and an administrator end a login, at once; nobody else does, and nobody makes or changes one', async () => {
  const find = async (): Promise<string> => String((await list(as(JANE), 'OAuthGrant'))[0]?.['id'])
  for (const login of [JANE, ADMIN]) {
    const { access_token: token, refresh_token: refresh } = await web.login('jane@example.org', PASSWORD)
    assert.equal(await web.status(token), 200)
    const id = await find()
    assert.equal(await end(AUDITOR, id), 'forbidden')
    for (const work of [{ create: { n: { clientId: 'rota-webui' } } }, { update: { [id]: { clientId: 'rota-webui' } } }]) {
      const [reply] = await as(ADMIN).call([['x:OAuthGrant/set', work]])
      assert.match(JSON.stringify(reply), /"type":"forbidden"/)
    }
    assert.equal(await web.status(token), 200)
    assert.equal(await end(login, id), true)
    assert.equal(await web.status(token), 401)
    assert.equal((await web.refresh(refresh)).status, 400)
  }
  const { access_token: token } = await web.login('admin', ADMIN_PASSWORD)
  const [admins] = await list(as({ token }), 'OAuthGrant')
  assert.equal(await end(JANE, String(admins?.['id'])), 'notFound')
  assert.equal(await web.status(token), 200)
})

test('a login does what its account may, and the audit log names it', async () => {
  const { access_token: token } = await web.login('admin', ADMIN_PASSWORD)
  const [domainId = ''] = await create(as({ token }), 'Domain', { name: 'example.net' })
  const [entry] = await list(as(ADMIN), 'AuditEntry', { objectId: domainId })
  assert.match(String(entry?.['via']), /^oauth:[0-7][0-9a-v]{12}$/)
  const user = await web.login('jane@example.org', PASSWORD)
  const [refused] = await as({ token: user.access_token }).call([['x:Domain/set', { destroy: [domainId] }]])
  assert.equal(part(refused, 'error')['type'], 'forbidden')
})

test('a new password, and the end of the account, log it out', async () => {
  const first = await web.login('jane@example.org', PASSWORD)
  await update(as(ADMIN), 'Account', jane, { 'credentials/0/secret': 'another horse' })
  assert.equal(await web.status(first.access_token), 401)
  const second = await web.login('jane@example.org', 'another horse')
  await as(ADMIN).call([['x:Account/set', { destroy: [jane] }]])
  assert.equal(await web.status(second.access_token), 401)
  assert.deepEqual((await list(as(ADMIN), 'OAuthGrant')).filter(login => login['accountId'] === jane), [])
})
