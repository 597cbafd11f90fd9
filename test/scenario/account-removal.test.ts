/** The whole way of an account that is destroyed, on a node of its own: what is left of it in the database, and who comes back. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { isJsonObject } from '../../src/base/json.ts'
import { create, list, update } from '../support/api-call.ts'
import { drained } from '../support/index-tasks.ts'
import { createJane, found, JANE } from '../support/jane.ts'
import { LmtpClient } from '../support/lmtp.ts'
import { eventually, startServer } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'

describe('destroying an account', () => {
  let dataDir: string
  let node: TestServer
  let domainId: string
  let bob: string
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'rota-removal-'))
    node = await startServer({ variables: { ROTA_DATA_DIR: dataDir } })
    await createJane(node)
    domainId = String((await list(node, 'Domain', { name: 'example.org' }))[0]?.['id'])
    const credentials = { 0: { '@type': 'Password', secret: JANE.password } }
    const [made = ''] = await create(node, 'Account', { '@type': 'User', name: 'bob', domainId, credentials })
    bob = made
  })
  after(async () => {
    await node.stop()
    await rm(dataDir, { recursive: true })
  })

  const idOf = async (name: string): Promise<string | undefined> => {
    const accounts = await list(node, 'Account')
    return accounts.filter(account => account['name'] === name).map(account => String(account['id']))[0]
  }
  const removals = () => list(node, 'Task', { '@type': 'DestroyAccount' })
  const destroy = async (object: string, id: string) => (await node.call([[`x:${object}/set`, { destroy: [id] }]]))[0]
  async function deliver(name: string, ...subjects: readonly string[]): Promise<void> {
    const client = await LmtpClient.open(node.port('lmtp'))
    for (const subject of subjects) await client.deliver(name, subject, `A heron for ${name}.`)
    client.close()
  }

  async function recipient(name: string): Promise<string> {
    const client = await LmtpClient.open(node.port('lmtp'))
    await client.lines.command('MAIL FROM:<sender@client.example>')
    const reply = await client.lines.command(`RCPT TO:<${name}>`)
    client.close()
    return reply
  }

  /** Rows that name an account, by table. */
  function rowsOf(accountId: string): Record<string, number> {
    const database = new DatabaseSync(join(dataDir, 'rota.db'), { readOnly: true })
    const rows = (sql: string, ...values: readonly string[]) => database.prepare(sql).all(...values)
    const texts = rows("select m.name as t, p.name as c from sqlite_master m, pragma_table_info(m.name) p where m.type = 'table' and p.type = 'TEXT'")
    const counts = texts.map(({ t, c }): [string, number] => {
      const [count] = rows(`select count(*) as n from "${String(t)}" where "${String(c)}" like ?`, `%${accountId}%`)
      return [String(t), Number(count?.['n'])]
    })
    database.close()
    return Object.fromEntries(counts.filter(([, count]) => count > 0))
  }

  test('leaves nothing in any table but the records of what was done', async () => {
    const jane = await idOf('jane') ?? ''
    await deliver(JANE.name, 'one', 'two', 'three')
    await deliver('bob@example.org', 'for bob')
    await drained(node)
    assert.deepEqual((await found(node, jane, 'heron')).toSorted(), ['one', 'three', 'two'])
    assert.ok(Object.keys(rowsOf(jane)).length > 6, JSON.stringify(rowsOf(jane)))
    assert.deepEqual((await destroy('Account', jane))?.['destroyed'], [jane])
    await eventually(async () => (await removals()).length === 0, 'the removal has run')
    const { audit: _, run: __, trace: ___, ...left } = rowsOf(jane)
    assert.deepEqual(left, {})
    const credentials = { name: 'bob@example.org', password: JANE.password }
    const [reply] = await node.call([['Email/query', { accountId: bob, filter: { text: 'heron' } }]], credentials)
    assert.ok(Array.isArray(reply?.['ids']) && reply['ids'].length === 1, JSON.stringify(reply))
  })

  test('refuses mail and logins at once, and gives back everything when the task is destroyed', async () => {
    await create(node, 'Account', {
      '@type': 'User', name: 'jane', domainId, credentials: { 0: { '@type': 'Password', secret: JANE.password } },
    })
    const jane = await idOf('jane') ?? ''
    await deliver(JANE.name, 'kept')
    await drained(node)
    await update(node, 'DataRetention', 'singleton', { archiveDeletedAccountsFor: '30d' })
    await destroy('Account', jane)
    assert.match(await recipient(JANE.name), /^550 5\.1\.1 /)
    await assert.rejects(found(node, jane, 'heron'), /401/)
    const [task] = await removals()
    assert.deepEqual([task?.['accountId'], isJsonObject(task?.['status']) && task['status']['@type']], [jane, 'Pending'])
    await destroy('Task', String(task?.['id']))
    assert.equal(await idOf('jane'), jane)
    assert.deepEqual(await found(node, jane, 'heron'), ['kept'])
    await deliver(JANE.name, 'after')
    await drained(node)
    assert.deepEqual((await found(node, jane, 'heron')).toSorted(), ['after', 'kept'])
  })

  test('by a task with a name: everything goes when it is due', async () => {
    const jane = await idOf('jane') ?? ''
    await create(node, 'Task', { '@type': 'DestroyAccount', accountName: 'jane', accountDomainId: domainId })
    await eventually(async () => (await removals()).length === 0, 'the removal has run')
    const { audit: _, run: __, trace: ___, ...left } = rowsOf(jane)
    assert.deepEqual(left, {})
  })
})
