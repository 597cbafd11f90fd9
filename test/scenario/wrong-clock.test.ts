/** A whole node whose clock is two hours off: what it keeps, it keeps as long as any other node does. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { systemClock, type Clock } from '../../src/base/clock.ts'
import { timeOf } from '../../src/base/ids.ts'
import { KEYS } from '../../src/registry/key-families.ts'
import { EMAIL, idOf, type EmailRecord } from '../../src/services/mailstore/mailstore.ts'
import { list, update } from '../support/api-call.ts'
import { drained } from '../support/index-tasks.ts'
import { createJane, JANE } from '../support/jane.ts'
import { LmtpClient } from '../support/lmtp.ts'
import { startServer, type TestServer } from '../support/server.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Longer than this test takes, and less than the clocks differ by. */
const TEST_MS_MAX = HOUR_MS

for (const [how, offMs] of [['ahead', 2 * HOUR_MS], ['behind', -2 * HOUR_MS]] as const) {
  describe(`a node whose clock is ${how}`, () => {
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + offMs }
    let node: TestServer
    let jane: string
    before(async () => {
      node = await startServer({ clock })
      jane = await createJane(node)
      await update(node, 'DataRetention', 'singleton', { archiveDeletedItemsFor: DAY_MS, archiveDeletedAccountsFor: DAY_MS })
      const client = await LmtpClient.open(node.port('lmtp'))
      for (const nth of [1, 2]) await client.deliver(JANE.name, `The heron ${nth}`, 'A heron stands in the reeds.')
      client.close()
      await drained(node)
    })
    after(() => node.stop())

    const isAbout = (at: unknown, aheadMs: number, what: string): void => {
      const ms = typeof at === 'number' ? at : Date.parse(String(at))
      const off = ms - systemClock.now() - aheadMs
      assert.ok(Math.abs(off) < TEST_MS_MAX, `${what} is ${off} ms off`)
    }
    const emails = (): Promise<{ readonly id: string; readonly record: EmailRecord }[]> => node.store.read(async ({ documents }) =>
      (await documents.get(jane, EMAIL, await documents.list(jane, EMAIL, 10))).map(({ id, body }) => ({ id, record: body as EmailRecord })))

    test('counts from the right moment how long a message is in Trash, and archives it for as long as it should', async () => {
      const [one, other] = await emails()
      assert.ok(one && other)
      isAbout(timeOf(one.id), 0, 'the time in its id')
      const trash = idOf('trash')
      await node.call([['Email/set', { accountId: jane, update: { [one.id]: { mailboxIds: { [trash]: true } } }, destroy: [other.id] }]], JANE)
      const [kept] = await emails()
      isAbout(kept?.record.memberships?.[trash]?.savedAt, 0, 'when it came into Trash')
      const [archived] = await list(node, 'ArchivedItem')
      isAbout(archived?.['archivedUntil'], DAY_MS, 'the end of its archive')
    })

    test('counts uploads for an hour', async () => {
      const reply = await fetch(`http://127.0.0.1:${node.port('http')}/jmap/upload/${jane}/`, {
        method: 'POST', body: 'a heron', headers: { authorization: `Basic ${btoa(`${JANE.name}:${JANE.password}`)}` },
      })
      assert.equal(reply.status, 201)
      const counted = await node.store.read(({ keys }) => keys.list(`${KEYS.blobQuota.prefix}${jane}/`, 10))
      assert.deepEqual(counted.map(({ value }) => value['count']), [1])
    })

    test('keeps a destroyed account for as long as it should', async () => {
      await node.call([['x:Account/set', { destroy: [jane] }]])
      const [task] = await list(node, 'Task', { '@type': 'DestroyAccount' })
      isAbout((task?.['status'] as { due?: string } | undefined)?.due, DAY_MS, 'the end of its data')
      const [entry] = await list(node, 'AuditEntry', { objectId: jane })
      isAbout(entry?.['at'], 0, 'the entry of the audit log')
    })
  })
}
