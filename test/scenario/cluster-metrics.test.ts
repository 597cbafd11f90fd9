/**
 * Metrics on three nodes and PostgreSQL, at a pace that a test can wait for, while whoever measures is killed, sleeps, and
 * stops: one node at a time measures, and every slot has every metric once.
 */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { LEASE_TIMES } from '../../src/engine/lease/lease.ts'
import { dataRetention } from '../../src/registry/objects/data-retention.ts'
import { METRICS, waitingMetric } from '../../src/registry/objects/metric.ts'
import { SINGLETON_ID } from '../../src/registry/schema/object.ts'
import type { Store } from '../../src/store/store.ts'
import { VARIANTS } from '../../src/tasks/catalogue.ts'
import { ClusterWorld, EVERY_LISTENER, type Member } from '../support/cluster/world.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'

const EVERY_MS = 3_000
/** The setting knows minutes at best; its expression has the minutes first, so this puts seconds before them. */
const EVERY = { '@type': 'Hourly', minute: '*/3 *' }
const WORK = { '@type': 'EnableSome', taskTypes: { metricsCalculate: true } }
const ALL_METRICS = new Set([...Object.keys(METRICS), ...VARIANTS.map(({ lane }) => waitingMetric(lane))])
/** The lease runs out, others see it, and the next slot comes. */
const TAKE_OVER_MS_MAX = LEASE_TIMES.ttlMs + 2_000 + EVERY_MS
/** What a busy machine may add to a measured time. */
const BUSY_MS = 5_000
const STOPPED = { code: 0, signal: null }

describe('metrics in a cluster', { skip: postgresMissing() }, () => {
  after(() => stopSharedPostgres())

  test('three nodes, of which who measures is killed, then sleeps, then stops: every slot, once', async t => {
    const url = await (await sharedPostgres()).freshDatabase()
    await using world = await ClusterWorld.on(url, {
      roles: { worker: { tasks: WORK, listeners: EVERY_LISTENER } }, maxAttempts: 3, prepare: seed => atPace(seed.store),
    })
    // The seed may have measured too, at its own pace.
    const since = await world.store.now()
    const all = await Promise.all(['one', 'two', 'three'].map(name => world.start(name, { role: 'worker' })))
    const measures = async (members: readonly Member[], lost: Member | null): Promise<Member> => {
      const from = systemClock.now()
      const names = members.map(({ process }) => process)
      await world.until('exists (select from witness.measured where writer = any($1) and at >= $2)', 'one of them measures', [names, from])
      const { measured } = await world.witness.evidence()
      const first = measured.find(({ at, writer }) => at >= from && names.includes(writer)) ?? assert.fail()
      if (lost !== null) {
        t.diagnostic(`${first.writer} measures ${first.at - from} ms after ${lost.process} was lost`)
        assert.ok(first.at - from <= TAKE_OVER_MS_MAX + BUSY_MS, 'in time')
      }
      // What came while nobody measured was made up for.
      await world.until('exists (select from witness.measured where writer = any($1) and slot >= $2)', 'they keep up', [names, from])
      return members.find(({ process }) => process === first.writer) ?? assert.fail()
    }

    const killed = await measures(all, null)
    await killed.node.kill()
    const rest = all.filter(member => member !== killed)
    const asleep = await measures(rest, killed)

    asleep.node.signal('SIGSTOP')
    const third = await measures(rest.filter(member => member !== asleep), asleep)
    asleep.node.signal('SIGCONT')
    await asleep.node.says('this incarnation is over, joining again')
    await measures(rest, null)

    // Who came back may have the lane again; whoever stops, the other one goes on.
    assert.deepEqual(await third.node.stop(), STOPPED)
    await measures([asleep], null)
    const { total } = (await asleep.node.call([['x:Metric/query', { filter: { metric: 'user.count' }, calculateTotal: true }]]))[0] ?? {}
    assert.deepEqual(await asleep.node.stop(), STOPPED)

    const { measured, lives } = await world.witness.evidence()
    const own = measured.filter(({ at }) => at >= since)
    const slots = own.map(({ slot }) => slot)
    assert.ok(slots.length >= 10)
    assert.deepEqual(slots, slots.map((_, nth) => (slots[0] ?? 0) + nth * EVERY_MS), 'each slot, once')
    const processOf = new Map(lives.filter(({ kind }) => kind === 'joined').map(({ incarnation, process }) => [incarnation, process]))
    assert.deepEqual(own.filter(({ writer, owner }) => processOf.get(owner ?? '') !== writer), [], 'only by who holds the lane')
    const points = await world.witness.ask<{ slot: number; metrics: string[] }>(
      'select slot, array_agg(metric) as metrics from metric where slot >= $1 group by slot', [slots[0]])
    for (const { slot, metrics } of points) {
      assert.deepEqual([metrics.length, new Set(metrics)], [ALL_METRICS.size, ALL_METRICS], new Date(slot).toISOString())
    }
    assert.deepEqual(new Set(points.map(({ slot }) => slot)), new Set(slots))
    assert.ok(typeof total === 'number' && total >= slots.length - 2, 'and people can read them')
  })
})

async function atPace(store: Store): Promise<void> {
  await store.transact(async ({ objects }) => {
    await objects.remove(dataRetention.name, SINGLETON_ID)
    await objects.insert(dataRetention.name, SINGLETON_ID, { metricsCollectionInterval: EVERY }, [], [])
  })
}
