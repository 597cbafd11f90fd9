/** Three nodes that share everything, and lose one after the other by kill -9: at work, and in the middle of its drain. */
import assert from 'node:assert/strict'
import { after, describe, test, type TestContext } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { create } from '../support/api-call.ts'
import { takeover } from '../support/cluster/takeover.ts'
import { ClusterWorld, EVERY_DUTY, EVERY_LISTENER, type Member } from '../support/cluster/world.ts'
import { indexTask } from '../support/index-tasks.ts'
import { createJane } from '../support/jane.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'
import { SearchGate } from '../support/search-gate.ts'

/** Lanes of one bucket: one node of the cluster has the scheduler, the metrics, the training of the spam filter. */
const SINGLETONS = ['scheduler', 'metrics', 'spam']
const KEYS_EACH = 6
const TASKS_EACH = 20
const SECOND_MS = 1_000

describe('kill -9', { skip: postgresMissing() }, () => {
  after(() => stopSharedPostgres())

  test('of the owner at work, then of the next one in its drain: all that they had goes on, and one schedules', async t => {
    await using world = await ClusterWorld.on(await (await sharedPostgres()).freshDatabase(), {
      roles: { worker: { tasks: EVERY_DUTY, listeners: EVERY_LISTENER } },
      prepare: async seed => {
        const task = indexTask(await createJane(seed))
        await create(seed, 'Schedule', { name: 'each second', cron: '* * * * * *', catchUp: 'all', task })
      },
    })
    let members = await Promise.all(['one', 'two', 'three'].map(name => world.start(name, { role: 'worker' })))
    for (const member of members) await world.holds(member, 21)

    const first = await scheduler(world, members)
    members = members.filter(member => member !== first)
    await lose(t, world, first, members, async () => { await first.node.kill() })

    const second = await scheduler(world, members)
    members = members.filter(member => member !== second)
    await lose(t, world, second, members, async () => {
      second.node.signal('SIGTERM')
      await second.node.says('stopping')
      await second.node.kill()
    })
    const { evidence } = await world.verdict(t)
    const slots = evidence.slots.map(({ slot }) => slot)
    const [newest = 0] = slots.slice(-1)
    assert.deepEqual(slots, Array.from({ length: slots.length }, (_, index) => newest - (slots.length - 1 - index) * SECOND_MS), 'every second, once')
    const scheduledBy = new Set(evidence.slots.map(({ writer }) => writer))
    assert.deepEqual(scheduledBy, new Set([first, second, ...members].map(({ process }) => process)))
    const held = evidence.lives.filter(({ duties }) => duties !== null).map(({ incarnation, process }) => [incarnation, process] as const)
    const processOf = new Map(held)
    assert.deepEqual(evidence.slots.filter(({ writer, owner }) => processOf.get(owner ?? '') !== writer), [], 'only by the scheduler')
    for (const lane of SINGLETONS) {
      const holders = evidence.grants.filter(grant => grant.lane === lane && grant.holder !== null).map(grant => processOf.get(grant.holder ?? ''))
      t.diagnostic(`${lane}: ${holders.join(', ')}`)
      assert.equal(holders.at(-1), members[0]?.process, `the last node has ${lane}`)
    }
  })
})

async function scheduler(world: ClusterWorld, members: readonly Member[]): Promise<Member> {
  const { leases, nodes } = await world.store.leases.view()
  const holder = leases.find(({ lane }) => lane === 'scheduler')?.holder
  const name = nodes.find(({ incarnation }) => incarnation === holder)?.hostname
  return members.find(({ node }) => node.name === name) ?? assert.fail('nobody schedules')
}

/** Everybody has a backlog, and runs that a lock holds up; one dies. */
async function lose(t: TestContext, world: ClusterWorld, loser: Member, others: readonly Member[], end: () => Promise<void>): Promise<void> {
  await using gate = await SearchGate.shut(world.url)
  for (const member of [loser, ...others]) await world.backlog(await world.keysOf(member, KEYS_EACH), TASKS_EACH)
  const pinned = 'exists (select from task join node on node.incarnation = task.holder where node.hostname = $1)'
  await world.until(pinned, `${loser.process} has pinned what it runs`, [loser.node.name])
  const since = systemClock.now()
  await end()
  await gate.open()
  await world.settled()
  t.diagnostic(takeover(await world.witness.evidence(), loser.process, since))
}
