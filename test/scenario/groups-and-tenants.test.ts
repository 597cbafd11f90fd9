/** Groups and tenants on a whole node: over HTTP as people use them, and over LMTP as mail arrives. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { create, part, update } from '../support/api-call.ts'
import { LmtpClient } from '../support/lmtp.ts'
import { startServer } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'

const PASSWORD = 'a long secret'
const DELIVERED = '250 2.6.0 delivered'
const login = (name: string) => ({ name: `${name}@example.org`, password: PASSWORD })
const user = (name: string, domainId: string, more: JsonObject = {}): JsonObject =>
  ({ '@type': 'User', name, domainId, credentials: { 0: { '@type': 'Password', secret: PASSWORD } }, ...more })

async function get(node: TestServer, path: string, { name, password }: { name: string; password: string }): Promise<Response> {
  return fetch(`http://127.0.0.1:${node.port('http')}${path}`, { headers: { authorization: `Basic ${btoa(`${name}:${password}`)}` } })
}

async function session(node: TestServer, as: { name: string; password: string }): Promise<JsonObject> {
  return await (await get(node, '/jmap/session', as)).json() as JsonObject
}

function listIn(reply: JsonObject | undefined, name: string): readonly unknown[] {
  const found = reply?.[name]
  assert(Array.isArray(found), JSON.stringify(reply))
  return found
}

/** What the end of DATA is answered with, one reply for each recipient, without ids; a message of some 1,000 bytes. */
async function lmtp(node: TestServer, ...recipients: readonly string[]): Promise<string[]> {
  const client = await LmtpClient.open(node.port('lmtp'))
  try {
    const [first = '', ...others] = recipients
    await client.lines.command('MAIL FROM:<sender@client.example>')
    for (const to of [first, ...others]) await client.lines.command(`RCPT TO:<${to}>`)
    await client.lines.command('DATA')
    client.lines.write(`From: sender@client.example\r\nTo: ${first}\r\nSubject: Offer\r\n\r\n${'x'.repeat(70)}\r\n${`${'y'.repeat(70)}\r\n`.repeat(12)}`)
    const replies = [await client.end()]
    for (const _ of others) replies.push(await client.lines.reply())
    return replies.map(reply => reply.replace(/ as \w+$/, ''))
  } finally {
    client.close()
  }
}

test('members share the mailbox of their group, as long as they are members', async () => {
  await using node = await startServer()
  const [domainId = ''] = await create(node, 'Domain', { name: 'example.org' })
  const [sales = ''] = await create(node, 'Account', { '@type': 'Group', name: 'sales', domainId })
  const [jane = ''] = await create(node, 'Account',
    user('jane', domainId, { memberGroupIds: { [sales]: true }, locale: 'de_AT' }), user('john', domainId))
  assert.deepEqual(await lmtp(node, 'sales@example.org'), [DELIVERED])

  const { accounts, primaryAccounts, state } = await session(node, login('jane'))
  assert.deepEqual(Object.keys(accounts ?? {}), [jane, sales])
  assert.deepEqual(Object.values(primaryAccounts ?? {}), [jane, jane, jane])
  const shared = part(accounts, sales)
  assert.deepEqual([shared['name'], shared['isPersonal'], shared['isReadOnly']], ['sales@example.org', false, false])
  assert.deepEqual(Object.keys(shared['accountCapabilities'] ?? {}), ['urn:ietf:params:jmap:mail'])

  const [found] = await node.call([['Email/query', { accountId: sales }]], login('jane'))
  const [id = ''] = listIn(found, 'ids') as string[]
  const [reply] = await node.call([['Email/get', { accountId: sales, ids: [id], properties: ['subject', 'blobId'] }]], login('jane'))
  const [email] = listIn(reply, 'list') as { subject: string; blobId: string }[]
  assert.equal(email?.subject, 'Offer')
  const path = `/jmap/download/${sales}/${email.blobId}/offer.eml`
  assert.match(await (await get(node, path, login('jane'))).text(), /Subject: Offer/)
  const [changed] = await node.call([['Email/set', { accountId: sales, update: { [id]: { 'keywords/$seen': true } } }]], login('jane'))
  assert.deepEqual(changed?.['updated'], { [id]: null })
  const [boxes] = await node.call([['Mailbox/get', { accountId: sales, properties: ['role', 'unreadEmails'] }]], login('jane'))
  assert.equal((listIn(boxes, 'list') as JsonObject[])[0]?.['unreadEmails'], 0)
  assert.equal((await (await get(node, '/api/account', login('jane'))).json() as JsonObject)['locale'], 'de_AT')

  const outside = async (name: string) => {
    const [query, mailboxes] = await node.call([['Email/query', { accountId: sales }], ['Mailbox/get', { accountId: sales }]], login(name))
    const { status } = await get(node, path, login(name))
    return [query, mailboxes].map(result => part(result, 'error')['type']).concat(status)
  }
  assert.deepEqual(await outside('john'), ['accountNotFound', 'accountNotFound', 404])
  await update(node, 'Account', jane, { memberGroupIds: {} })
  assert.deepEqual(await outside('jane'), ['accountNotFound', 'accountNotFound', 404])
  const after = await session(node, login('jane'))
  assert.deepEqual(Object.keys(after['accounts'] ?? {}), [jane])
  assert.notEqual(after['state'], state)
})

test('a tenant takes no more mail, accounts and domains than it may have', async () => {
  await using node = await startServer()
  const [tenantId = ''] = await create(node, 'Tenant', { name: 'ACME', quotas: { maxDiskQuota: 2_600, maxAccounts: 2, maxDomains: 1 } })
  const [domainId = '', elsewhere = ''] = await create(node, 'Domain', { name: 'example.org', memberTenantId: tenantId }, { name: 'elsewhere.example' })
  const member = { memberTenantId: tenantId }
  await create(node, 'Account', user('jane', domainId, member), user('john', domainId, member), user('zoe', elsewhere))

  const everybody = ['jane@example.org', 'john@example.org', 'zoe@elsewhere.example']
  assert.deepEqual(await lmtp(node, ...everybody), Array<string>(3).fill(DELIVERED))
  const refused = '452 4.2.2 the tenant of the mailbox has no room left, try again later'
  assert.deepEqual(await lmtp(node, ...everybody), [refused, refused, DELIVERED])
  const [tenant] = await node.call([['x:Tenant/get', { ids: [tenantId] }]])
  const used = (listIn(tenant, 'list') as JsonObject[])[0]?.['usedDiskQuota']
  assert(typeof used === 'number' && used > 2_000 && used <= 2_600, String(used))

  await update(node, 'Tenant', tenantId, { 'quotas/maxDiskQuota': 10_000 })
  assert.deepEqual(await lmtp(node, 'jane@example.org'), [DELIVERED])

  const [more] = await node.call([['x:Account/set', { create: { n: user('joe', domainId, member) } }]])
  const [domain] = await node.call([['x:Domain/set', { create: { n: { name: 'more.example', ...member } } }]])
  assert.deepEqual([more, domain].map(reply => part(part(reply, 'notCreated'), 'n')['type']), ['overQuota', 'overQuota'])
})

test('a member of a tenant has no hand on the server, and is told so when somebody tries to give it one', async () => {
  await using node = await startServer()
  const [tenantId = ''] = await create(node, 'Tenant', { name: 'ACME' })
  const [domainId = ''] = await create(node, 'Domain', { name: 'example.org', memberTenantId: tenantId })
  const admin = user('jane', domainId, { memberTenantId: tenantId, roles: { '@type': 'Admin' } })
  const [reply] = await node.call([['x:Account/set', { create: { n: admin } }]])
  const refused = part(part(reply, 'notCreated'), 'n')
  assert.deepEqual([refused['type'], refused['properties']], ['forbidden', ['roles', 'permissions']])
  await create(node, 'Account', { ...admin, roles: { '@type': 'User' } })
  const calls = ['x:Tenant/query', 'x:Account/query', 'x:Domain/query', 'x:Task/query'].map(name => [name, {}] as const)
  const results = await node.call(calls, login('jane'))
  assert.deepEqual(results.map(result => part(result, 'error')['type']), Array<string>(4).fill('forbidden'))
})
