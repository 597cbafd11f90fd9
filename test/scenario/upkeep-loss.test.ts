/**
 * All upkeep at once on three nodes that are killed, held and started again, at moments that a seed chooses by how much is
 * done: what is there at the end is what two nodes leave behind that nobody disturbs. What there is to do is in
 * test/support/cluster/upkeep-world.ts, what is compared in upkeep-state.ts. ROTA_UPKEEP_SEED repeats a run.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test, type TestContext } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import type { Json } from '../../src/base/json.ts'
import { seededRandom, type Random } from '../../src/base/random.ts'
import type { Caller } from '../support/api-call.ts'
import { endState, type EndState } from '../support/cluster/upkeep-state.ts'
import {
  ANNS_MAIL, BOBS_MAIL, BOBS_RUBBISH, CONVERSATIONS, DANS_DESTROYED, DANS_MAIL, DANS_RESTORED, hashOfOrphan, ORPHANS,
  upkeepWorld, type UpkeepWorld,
} from '../support/cluster/upkeep-world.ts'
import { ClusterWorld, type Member } from '../support/cluster/world.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'
import { eventually } from '../support/server.ts'

const UNTIL_MS_MAX = 180_000
const STOPPED = { code: 0, signal: null }
/** Each comes when so much of all runs is over, more or less. */
const STROKES = [{ from: 0.02, to: 0.15 }, { from: 0.2, to: 0.35 }, { from: 0.4, to: 0.55 }, { from: 0.6, to: 0.75 }]
const VARIANTS = [
  'AccountMaintenance', 'DestroyAccount', 'IndexDocument', 'MergeThreads', 'RestoreArchivedItem', 'StoreMaintenance',
  'TenantMaintenance', 'UnindexDocument',
]

describe('upkeep in a cluster', { skip: postgresMissing() }, () => {
  let upkeep: UpkeepWorld
  before(async () => { upkeep = await upkeepWorld(await (await sharedPostgres()).freshDatabase()) })
  after(() => stopSharedPostgres())

  test('ends in the same state, however many nodes are lost meanwhile', async t => {
    assert.deepEqual(upkeep.variants, VARIANTS)
    const seed = Number(process.env['ROTA_UPKEEP_SEED'] ?? systemClock.now() % 100_000)
    t.diagnostic(`ROTA_UPKEEP_SEED=${seed}`)
    const startMs = systemClock.monotonicMs()
    const { end, runs } = await undisturbed(upkeep)
    t.diagnostic(`undisturbed it took ${runs} runs and ${Math.round(systemClock.monotonicMs() - startMs)} ms`)
    expected(end, upkeep)
    const other = await disturbed(t, upkeep, seededRandom(seed), runs)
    assert.deepEqual(other, end)
  })
})

/** Two nodes do it; the runs that they needed. */
async function undisturbed(upkeep: UpkeepWorld): Promise<{ end: EndState; runs: number }> {
  await using world = await ClusterWorld.at(await upkeep.copy())
  const { node: front } = await world.start('front', { role: 'front' })
  const workers = await Promise.all(['one', 'two'].map(name => world.start(name, { role: 'worker' })))
  await finished(front)
  for (const { node } of workers) assert.deepEqual(await node.stop(), STOPPED)
  return { end: await endState(world, front, upkeep), runs: await runsSoFar(front) }
}

/** Three of them do it; each stroke hits the next one, and the last one that which was hit first, if it runs by then. */
async function disturbed(t: TestContext, upkeep: UpkeepWorld, random: Random, runs: number): Promise<EndState> {
  await using world = await ClusterWorld.at(await upkeep.copy())
  const { node: front } = await world.start('front', { role: 'front' })
  const workers = await Promise.all(['one', 'two', 'three'].map(name => world.start(name, { role: 'worker' })))
  const first = Math.floor(random.next() * workers.length)
  // Not that which is hit twice.
  const heldAt = 1 + Math.floor(random.next() * 2)
  let held: Promise<void> = Promise.resolve()
  for (const [nth, { from, to }] of STROKES.entries()) {
    const least = Math.ceil(runs * (from + (to - from) * random.next()))
    const waiting = await moment(front, least)
    assert.ok(waiting > 0, `stroke ${nth}: there is still something to do`)
    const place = (first + nth) % workers.length
    const victim = workers[place] ?? assert.fail()
    const how = nth === heldAt ? 'held' : 'killed'
    t.diagnostic(`${victim.process} is ${how} after ${least} of about ${runs} runs, ${waiting} tasks wait`)
    // The others go on meanwhile, and are hit.
    if (how === 'held') held = hold(world, victim)
    else workers[place] = await killed(world, victim)
  }
  await finished(front)
  await held
  for (const { node } of workers) {
    await node.running()
    assert.deepEqual(await node.stop(), STOPPED)
  }
  return await endState(world, front, upkeep)
}

/** Until so many runs are over, or nothing waits; how many tasks wait. */
async function moment(front: Caller, runs: number): Promise<number> {
  const { waiting } = await eventually(async () => {
    const seen = { waiting: await waitingTasks(front), runs: await runsSoFar(front) }
    return (seen.runs >= runs || seen.waiting === 0) && seen
  }, `${runs} runs are over`, UNTIL_MS_MAX)
  return waiting
}

/** Ended, and started again at once under its name. */
async function killed(world: ClusterWorld, { node }: Member): Promise<Member> {
  await node.kill()
  return world.launch(node.name, { role: 'worker' })
}

/** Until the others have declared it dead; then it goes on where it was. */
async function hold(world: ClusterWorld, { process, node }: Member): Promise<void> {
  node.signal('SIGSTOP')
  const dead = `(select count(*) from witness.life where kind = 'gone' and incarnation in (
    select incarnation from witness.life where process = $1 and kind = 'joined')) > 0`
  await world.until(dead, `${process} is declared dead`, [process])
  node.signal('SIGCONT')
  await node.says('this incarnation is over, joining again')
}

async function finished(front: Caller): Promise<void> {
  await eventually(async () => await waitingTasks(front) === 0, 'every task has an outcome', UNTIL_MS_MAX)
}

/** Those that have failed for good do not wait any more. */
async function waitingTasks(front: Caller): Promise<number> {
  const [all, failed] = await front.call([
    ['x:Task/query', { limit: 1, calculateTotal: true }], ['x:Task/query', { limit: 1, calculateTotal: true, filter: { status: 'Failed' } }],
  ])
  return Number(all?.['total']) - Number(failed?.['total'])
}

async function runsSoFar(front: Caller): Promise<number> {
  const [reply] = await front.call([['x:TaskRun/query', { limit: 1, calculateTotal: true }]])
  return Number(reply?.['total'])
}

/** The undisturbed nodes have done what they were asked for: else both could have done nothing. */
function expected({ accounts, tenants, archived, logins, tasks, database, over }: EndState, { accountIds }: UpkeepWorld): void {
  assert.deepEqual(tasks, [])
  assert.deepEqual(Object.keys(accounts), ['ann', 'bob', 'cat', 'dan'])
  const mail = new Map(Object.entries(accounts).map(([name, account]) => [name, account.mail.length]))
  assert.deepEqual(Object.fromEntries(mail), {
    ann: ANNS_MAIL + 10, bob: BOBS_MAIL, cat: 5 * CONVERSATIONS, dan: DANS_MAIL - DANS_DESTROYED + DANS_RESTORED,
  })
  for (const name of ['ann', 'bob', 'dan']) assert.equal(accounts[name]?.found['heron'], mail.get(name), `${name} finds all mail`)
  assert.equal(accounts['cat']?.threads.length, CONVERSATIONS)
  // All sums were wrong; ann and bob are of the tenant.
  for (const [name, { mail, usedDiskQuota }] of Object.entries(accounts)) assert.equal(usedDiskQuota, octetsOf(mail), `the sum of ${name} is right`)
  assert.deepEqual(tenants, [['Herons', octetsOf([...accounts['ann']?.mail ?? [], ...accounts['bob']?.mail ?? []])]])
  // That of bob's rubbish, dan's that was not asked for, and one of over-data.ts.
  assert.equal(archived.length, 2 * BOBS_RUBBISH + DANS_DESTROYED - DANS_RESTORED + 1)
  assert.equal(logins, 0)
  // Of the audit log also the change of the settings for this test.
  assert.deepEqual(over, { keys: ['fresh'], logins: 0, archived: archived.length, samples: 1, runs: 1, audit: 2, traces: 1, metrics: 1 })
  const text = JSON.stringify(database)
  assert.ok(!text.includes(accountIds.eve), 'nothing of eve is left')
  for (let nth = 0; nth < ORPHANS; nth++) assert.ok(!text.includes(hashOfOrphan(nth)), 'no orphan is left')
}

/** Of messages as an AccountState has them: their size comes last. */
function octetsOf(mail: readonly string[]): number {
  return mail.reduce((sum, message) => sum + Number((JSON.parse(message) as Json[]).at(-1)), 0)
}
