/** Maintenance of the store on a whole node, as its operator sees it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { FAILURES_PER_SOURCE_MAX } from '../../src/services/auth/failures.ts'
import { apiCall, create, list, type Login } from '../support/api-call.ts'
import { ADMIN_PASSWORD, eventually, startServer, type TestServer } from '../support/server.ts'
import { WebConsole } from '../support/web-console.ts'

const PASSWORD = 'correct horse'
const JANE = 'jane@example.org'
let server: TestServer
let web: WebConsole
let key: string

before(async () => {
  server = await startServer()
  web = new WebConsole(`http://127.0.0.1:${server.port('http')}`)
  const [domainId = ''] = await create(server, 'Domain', { name: 'example.org' })
  const [accountId = ''] = await create(server, 'Account', {
    '@type': 'User', name: 'jane', domainId, credentials: { 0: { '@type': 'Password', secret: PASSWORD } }, roles: { '@type': 'User' },
  })
  const [made] = await server.call([['x:ApiKey/set', { create: { k: { accountId, description: 'for tests' } } }]])
  key = /"secret":"(rota_[^"]+)"/.exec(JSON.stringify(made))?.[1] ?? assert.fail(JSON.stringify(made))
})
after(() => server.stop())

/** Runs to its end; what the history says of it. By the token of the node, which no maintenance takes away. */
async function maintain(maintenanceType: string): Promise<string> {
  const node = { call: (calls: Parameters<TestServer['call']>[0]) => apiCall(server.port('http'), { token: server.server.localToken }, calls) }
  const [id = ''] = await create(node, 'Task', { '@type': 'StoreMaintenance', maintenanceType })
  const run = await eventually(async () => (await list(node, 'TaskRun', { taskId: id }))[0], `${maintenanceType} ran`)
  return `${String(run['outcome'])}: ${String(run['note'])}`
}
async function status(login: Login): Promise<number | string> {
  const authorization = 'token' in login ? `Bearer ${login.token}` : `Basic ${Buffer.from(`${login.name}:${login.password}`).toString('base64')}`
  return (await fetch(`${web.origin}/jmap/session`, { headers: { authorization } })).status
}

test('removeAuthTokens: consoles log in again; passwords, API keys and the node\'s own token stay', async () => {
  const consoles = [await web.login(JANE, PASSWORD), await web.login('admin', ADMIN_PASSWORD)]
  for (const { access_token: token } of consoles) assert.equal(await web.status(token), 200)
  assert.match(await maintain('removeAuthTokens'), /^done: removed \d+ keys and 2 logins$/)
  for (const { access_token: token, refresh_token: refresh } of consoles) {
    assert.equal(await web.status(token), 401)
    assert.equal((await web.refresh(refresh)).status, 400)
  }
  assert.deepEqual(await list(server, 'OAuthGrant'), [])
  assert.equal(await status({ name: JANE, password: PASSWORD }), 200)
  assert.equal(await status({ token: key }), 200)
  assert.equal(await status({ token: server.server.localToken }), 200)
  assert.equal(await web.status((await web.login(JANE, PASSWORD)).access_token), 200)
})

test('resetRateLimiters: an address that was locked out logs in at once', async () => {
  const stranger = { name: 'bob@example.org', password: 'unknown' }
  for (let nth = 0; nth < FAILURES_PER_SOURCE_MAX; nth++) await status({ token: `rota_wrong_${nth}` })
  assert.equal(await status(stranger), 429)
  assert.match(await maintain('resetRateLimiters'), /^done: removed \d+ keys$/)
  assert.equal(await status(stranger), 401)
  assert.equal(await status({ name: JANE, password: PASSWORD }), 200)
})

test('removeLockTask does nothing to a node that lives, and says so', async () => {
  const before = await server.store.leases.view()
  assert.equal(await maintain('removeLockTask'), 'done: nothing was held by dead nodes')
  const after = await server.store.leases.view()
  assert.deepEqual(after.leases, before.leases)
  assert.deepEqual(after.nodes.map(({ incarnation }) => incarnation), before.nodes.map(({ incarnation }) => incarnation))
})
