/**
 * Three nodes that take mail and index it without a pause, while hints are lost, roles change a hundred times, PostgreSQL
 * dies, and one node after the other is restarted. At the end everything that happened is judged.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import type { Id } from '../../src/base/ids.ts'
import { create, update } from '../support/api-call.ts'
import { MailLoad } from '../support/cluster/mail-load.ts'
import { ClusterWorld, EVERY_LISTENER, NO_DUTY, type Member } from '../support/cluster/world.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'
import { eventually } from '../support/server.ts'

const NAMES = ['one', 'two', 'three']
const RECIPIENTS = ['ann', 'bea']
const MESSAGES = 30
const UNHEARD = 20
/** Each moves the buckets of one large lane, and of a small one. */
const WORK = { '@type': 'EnableSome', taskTypes: { searchIndexing: true, taskScheduler: true } }
const SCHEDULING = { '@type': 'EnableSome', taskTypes: { taskScheduler: true } }
const INDEXING = { '@type': 'EnableSome', taskTypes: { searchIndexing: true } }
const TASKS = [NO_DUTY, WORK, SCHEDULING, INDEXING]
const EDITS_EACH = 34

describe('under load', { skip: postgresMissing() }, () => {
  let world: ClusterWorld
  let members: readonly Member[]
  let load: MailLoad
  before(async () => {
    const url = await (await sharedPostgres()).freshDatabase()
    world = await ClusterWorld.on(url, {
      // Each has a role of its own, so that they can be edited one by one.
      roles: Object.fromEntries(NAMES.map(name => [name, { tasks: WORK, listeners: EVERY_LISTENER }])),
      maxAttempts: 3,
      prepare: async seed => {
        const [domainId = ''] = await create(seed, 'Domain', { name: 'example.org' })
        await create(seed, 'Account', ...RECIPIENTS.map(name => ({ '@type': 'User', name, domainId })))
      },
    })
    members = await Promise.all(NAMES.map(name => world.start(name, { role: name })))
    await Promise.all(members.map(member => world.holds(member, 21)))
    load = new MailLoad(RECIPIENTS.map(name => `${name}@example.org`), () => members.map(({ node }) => node))
    await load.more(MESSAGES)
  })
  after(async () => {
    await load.stop()
    await world[Symbol.asyncDispose]()
    await stopSharedPostgres()
  })
  const others = (name: string) => members.filter(({ node }) => node.name !== name)

  test('wake-ups are lost, and then the connections that listen for them: work goes on', async () => {
    const heard = await world.backlog(await keys(5), 1)
    const listening = `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = $1 and query ~ '^(listen |select pg_notify|select pg_backend_pid)'`
    for (const { process } of members) assert.ok((await world.witness.ask(listening, [process])).length > 0, `${process} listens`)
    for (const { node } of members) await node.says('the connection for wake-ups broke')
    const unheard = await world.unheard(await keys(UNHEARD))
    const done = '(select count(*) from witness.outcome where task = any($1)) = cardinality($1)'
    await world.until(done, 'they have run', [[...heard, ...unheard]])
    await load.more(MESSAGES)
  })

  test(`${NAMES.length * EDITS_EACH} edits of roles: work moves with them, and nothing runs where it may not`, async t => {
    const startedMs = systemClock.monotonicMs()
    // Of one role after the other, of different ones side by side, each through the API of the next node.
    await Promise.all(NAMES.map(async (name, index) => {
      const [editor] = others(name)
      for (let edit = 1; edit <= EDITS_EACH; edit++) {
        const tasks = edit < EDITS_EACH ? TASKS[(edit + index) % TASKS.length] ?? NO_DUTY : WORK
        await update(editor?.node ?? assert.fail(), 'ClusterRole', world.roleIds.get(name) ?? '', { tasks })
      }
    }))
    t.diagnostic(`done in ${Math.round(systemClock.monotonicMs() - startedMs)} ms`)
    await Promise.all(members.map(member => world.holds(member, 21)))
    await load.more(MESSAGES)
  })

  test('PostgreSQL dies and comes back: so does the work', async t => {
    const since = systemClock.now()
    await (await sharedPostgres()).crashAndRestart()
    const back = systemClock.now()
    for (const { node } of members) await eventually(async () => (await node.health()).ready, `${node.name} is ready again`)
    await load.more(MESSAGES)
    await world.until('exists (select from witness.outcome where at > $1)', 'something is done', [back])
    const [first] = await world.witness.ask<{ at: number }>('select min(at) as at from witness.outcome where at > $1', [since])
    t.diagnostic(`away for ${back - since} ms, first task done ${(first?.at ?? 0) - since} ms after it had died`)
  })

  test('one node after the other is restarted', async t => {
    for (const { node: { name } } of members) {
      const leaving = members.find(({ node }) => node.name === name) ?? assert.fail()
      members = others(name)
      const since = systemClock.now()
      assert.deepEqual(await leaving.node.stop(), { code: 0, signal: null })
      const [gap] = await world.witness.ask<{ ms: number }>(`select max(at - before) as ms from (
        select at, lag(at) over (order by number) as before from witness.outcome where at > $1) as gaps`, [since])
      t.diagnostic(`${leaving.process} stopped in ${systemClock.now() - since} ms; meanwhile tasks ended at most ${gap?.ms ?? 0} ms apart`)
      const again = await world.start(name, { role: name })
      members = [...members, again]
      await world.holds(again, 21)
      await load.more(MESSAGES)
    }
  })

  test('all the time every promise was kept, and all mail that was acknowledged can be found', async t => {
    await load.stop()
    await world.settled()
    const [mail] = await world.witness.ask<{ stored: number; found: number }>(`select
      (select count(*) from document where collection = 'Email') as stored,
      (select count(*) from document d join search_document s using (account_id, collection, id) where collection = 'Email') as found`)
    t.diagnostic(`${load.acknowledged} messages acknowledged, ${load.refused} times not`)
    assert.ok(mail && mail.stored >= load.acknowledged, JSON.stringify(mail))
    assert.equal(mail.found, mail.stored)
    const { evidence } = await world.verdict(t)
    assert.deepEqual(evidence.outcomes.filter(({ kind }) => kind === 'failed'), [])
  })

  /** Ordering keys of every node. */
  async function keys(each: number): Promise<Id[]> {
    return (await Promise.all(members.map(member => world.keysOf(member, each)))).flat()
  }
})
