/** A conversation that arrives in any order and many messages at a time, on a node that joins its threads meanwhile. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import { seededRandom, systemRandom } from '../../src/base/random.ts'
import { Catalogue } from '../../src/engine/catalogue.ts'
import { EngineNode } from '../../src/engine/cluster/node.ts'
import { LEASE_TIMES } from '../../src/engine/lease/lease.ts'
import { RETRY_DEFAULTS } from '../../src/base/retry-plan.ts'
import { buildMail } from '../../src/server/mail.ts'
import { EMAIL, THREAD } from '../../src/services/mailstore/mailstore.ts'
import { VARIANTS } from '../../src/tasks/catalogue.ts'
import { DUTIES } from '../../src/tasks/define.ts'
import { lanes } from '../../src/tasks/lanes.ts'
import { letterMail, partition, type Letter } from '../support/conversations.ts'
import { EVERY_STORE } from '../support/every-store.ts'
import { BOB } from '../support/mail-world.ts'
import { eventually } from '../support/server.ts'

const LETTERS = 60
const AT_ONCE = 4

for (const { name, prepare, skip } of EVERY_STORE) {
  describe(`threads on ${name}`, { skip }, () => {
    test('of one conversation become one while it arrives, and every count is right', async () => {
      const opened = await prepare()
      const store = await opened.open(systemClock)
      const catalogue = new Catalogue(VARIANTS, lanes())
      const mail = buildMail(store, catalogue, idSource(900, systemClock), systemClock)
      await store.transact(tx => tx.objects.insert('Account', BOB.accountId, {}, [], []))
      const node = new EngineNode({
        store, catalogue, clock: systemClock, random: systemRandom, log: silentLog, times: LEASE_TIMES, runDeps: mail, chores: [],
        settings: () => RETRY_DEFAULTS, hostname: 'one', version: 'test', alone: true,
        nodeState: () => ({ role: null, duties: DUTIES, pushShard: null, draining: false, info: {} }),
      })
      await node.start()
      const waiting = shuffled(letters())
      await Promise.all(Array.from({ length: AT_ONCE }, async () => {
        for (let letter = waiting.pop(); letter; letter = waiting.pop()) {
          await mail.delivery.deliver({ recipients: [BOB], content: letterMail(letter) })
        }
      }))
      await eventually(() => store.read(async tx => await tx.tasks.count({}) === 0), 'every task is done')
      assert.deepEqual((await partition({ store }, BOB.accountId)).map(({ length }) => length), [LETTERS])
      const [inbox] = await store.read(tx => mail.mailStore.mailboxes(tx, BOB.accountId))
      assert.deepEqual([inbox?.totalEmails, inbox?.totalThreads, inbox?.unreadThreads], [LETTERS, 1, 1])
      const destroyed = await store.read(async tx => (await tx.documents.changes(BOB.accountId, THREAD, 0, 1_000))?.filter(({ kind }) => kind === 'destroyed'))
      assert.ok((destroyed?.length ?? 0) > 0, 'threads were joined')
      const updated = await store.read(async tx => (await tx.documents.changes(BOB.accountId, EMAIL, 0, 1_000))?.filter(({ kind }) => kind === 'updated'))
      assert.ok((updated?.length ?? 0) >= (destroyed?.length ?? 0), 'clients hear of every message that moved')
      await node.stop()
      await store.close()
      await opened.remove()
    })
  })
}

/** A chain of answers, each of which names only the one before. */
function letters(): Letter[] {
  return Array.from({ length: LETTERS }, (_, nth) => ({ id: `${nth}@x`, subject: 'Plan', ...(nth === 0 ? {} : { inReplyTo: `${nth - 1}@x` }) }))
}

function shuffled<T>(list: readonly T[]): T[] {
  const random = seededRandom(11)
  return list.map(item => ({ item, at: random.next() })).toSorted((a, b) => a.at - b.at).map(({ item }) => item)
}
