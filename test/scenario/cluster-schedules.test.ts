/**
 * The schedules that settings decide on three nodes and PostgreSQL, at a pace that a test can wait for, while the node is killed
 * that makes their tasks: each slot has one task, and the tasks do their work.
 */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { SETTINGS_SCHEDULES } from '../../src/registry/objects/settings-schedules.ts'
import { list } from '../support/api-call.ts'
import { ClusterWorld, EVERY_LISTENER, type Member } from '../support/cluster/world.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'

const EVERY_MS = 3_000
const EVERY = '*/3 * * * * *'
const WORK = { '@type': 'EnableSome', taskTypes: { searchIndexing: true, taskScheduler: true, storeMaintenance: true, accountMaintenance: true, spamClassifierTraining: true } }
const IDS = SETTINGS_SCHEDULES.map(({ id }) => id)

describe('schedules that settings decide in a cluster', { skip: postgresMissing() }, () => {
  after(() => stopSharedPostgres())

  test('three nodes, of which the scheduler is killed: one task a slot, each slot', async () => {
    const url = await (await sharedPostgres()).freshDatabase()
    await using world = await ClusterWorld.on(url, { roles: { worker: { tasks: WORK, listeners: EVERY_LISTENER } }, maxAttempts: 3 })
    const all = await Promise.all(['one', 'two', 'three'].map(name => world.start(name, { role: 'worker' })))
    await Promise.all(all.map(member => world.holds(member)))
    // They are there once, though three servers have started together. Their times are decided by settings, in hours.
    assert.deepEqual((await world.store.read(tx => tx.schedules.list())).map(({ id }) => id).toSorted(), IDS)
    await world.store.transact(async tx => {
      const now = await world.store.now()
      for (const row of await tx.schedules.list()) {
        await tx.schedules.update({ ...row, cron: EVERY, catchUp: 'all', nextSlot: Math.ceil(now / EVERY_MS) * EVERY_MS })
      }
    })

    const first = await scheduler(world, all)
    await slotsOf(world, first, 2)
    await first.node.kill()
    const rest = all.filter(member => member !== first)
    await world.until('exists (select from witness.slot where writer <> $1)', 'another node schedules', [first.process])
    const second = await scheduler(world, rest)
    await slotsOf(world, second, 6)

    await world.store.transact(async tx => {
      for (const row of await tx.schedules.list()) await tx.schedules.update({ ...row, pausedUntil: Date.UTC(9999, 0, 1) })
    })
    const { slots } = await world.witness.evidence()
    for (const id of IDS) {
      const own = slots.filter(({ schedule }) => schedule === id).map(({ slot }) => slot)
      assert.ok(own.length > 6, `${id} has ${own.length} slots`)
      assert.deepEqual(own, own.map((_, nth) => (own[0] ?? 0) + nth * EVERY_MS), 'each slot, once')
    }
    assert.deepEqual(new Set(slots.map(({ writer }) => writer)), new Set([first.process, second.process]))
    await world.settled()
    const runs = await list({ call: calls => rest[0]?.node.call(calls) ?? assert.fail() }, 'TaskRun', { variant: 'StoreMaintenance' })
    assert.deepEqual(runs.filter(({ outcome }) => outcome === 'failed'), [])
    assert.ok(runs.filter(({ outcome }) => outcome === 'done').length > 0)
  })
})

async function slotsOf(world: ClusterWorld, { process }: Member, count: number): Promise<void> {
  const each = '(select count(*) from (select schedule from witness.slot where writer = $1 group by schedule having count(*) >= $2) as s) = $3'
  await world.until(each, `${count} slots of each schedule`, [process, count, IDS.length])
}

async function scheduler(world: ClusterWorld, members: readonly Member[]): Promise<Member> {
  const { leases, nodes } = await world.store.leases.view()
  const holder = leases.find(({ lane }) => lane === 'scheduler')?.holder
  const name = nodes.find(({ incarnation }) => incarnation === holder)?.hostname
  return members.find(({ node }) => node.name === name) ?? assert.fail('nobody schedules')
}
