/**
 * Nodes that are lost: killed at work and in their drain, asleep for three leases, cut off from the database, killed by what
 * they run. Each scenario has a cluster and a database of its own, and they run side by side: most of the time they wait
 * for a lease to expire. What is checked of all of them is in test/support/cluster/verdict.ts.
 */
import assert from 'node:assert/strict'
import { after, describe, test, type TestContext } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { LEASE_TIMES } from '../../src/engine/lease/lease.ts'
import { create, list, part } from '../support/api-call.ts'
import { takeover } from '../support/cluster/takeover.ts'
import { POISON } from '../support/cluster/witnessed.ts'
import { ClusterWorld, EVERY_LISTENER, NO_DUTY, NO_LISTENER, type Member, type Roles } from '../support/cluster/world.ts'
import { indexTask } from '../support/index-tasks.ts'
import { createJane } from '../support/jane.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'
import { SearchGate } from '../support/search-gate.ts'
import { silentProxy } from '../support/silent-proxy.ts'

/** Lanes of one bucket: one node of the cluster has the scheduler, the metrics, the training of the spam filter. */
const SINGLETONS = ['scheduler', 'metrics', 'spam']
const KEYS_EACH = 6
const TASKS_EACH = 20
const SECOND_MS = 1_000
const STOPPED = { code: 0, signal: null }
/** One node takes requests and has no duty, the others index and have what only one may have. */
const ROLES: Roles = {
  front: { tasks: NO_DUTY, listeners: EVERY_LISTENER },
  worker: {
    tasks: { '@type': 'EnableSome', taskTypes: { searchIndexing: true, taskScheduler: true, metricsCalculate: true, spamClassifierTraining: true } },
    listeners: NO_LISTENER,
  },
}

describe('a node is lost', { skip: postgresMissing(), concurrency: true }, () => {
  after(() => stopSharedPostgres())
  const freshDatabase = async () => (await sharedPostgres()).freshDatabase()

  test('killed at work, and the next one in its drain: all goes on, and one node at a time schedules', async t => {
    await using world = await ClusterWorld.on(await freshDatabase(), {
      roles: ROLES, maxAttempts: 1,
      prepare: async seed => {
        const task = indexTask(await createJane(seed))
        await create(seed, 'Schedule', { name: 'each second', cron: '* * * * * *', catchUp: 'all', task })
      },
    })
    const all = await Promise.all(['one', 'two', 'three'].map(name => world.start(name, { role: 'worker' })))
    await Promise.all(all.map(member => world.holds(member, 21)))

    const first = await scheduler(world, all)
    await world.until('exists (select from witness.slot where writer = $1)', 'a slot has got its task', [first.process])
    const rest = all.filter(member => member !== first)
    await lose(t, world, first, rest, () => first.node.kill())

    const second = await scheduler(world, rest)
    const last = rest.filter(member => member !== second)
    await lose(t, world, second, last, async () => {
      second.node.signal('SIGTERM')
      await second.node.says('stopping')
      await second.node.kill()
    })

    const { evidence } = await world.verdict(t)
    const slots = evidence.slots.map(({ slot }) => slot)
    const newest = slots.at(-1) ?? 0
    assert.deepEqual(slots, slots.map((_, index) => newest - (slots.length - 1 - index) * SECOND_MS), 'every second, once')
    assert.deepEqual(new Set(evidence.slots.map(({ writer }) => writer)), new Set([first, second, ...last].map(({ process }) => process)))
    const processOf = new Map(evidence.lives.filter(({ kind }) => kind === 'joined').map(({ incarnation, process }) => [incarnation, process]))
    assert.deepEqual(evidence.slots.filter(({ writer, owner }) => processOf.get(owner ?? '') !== writer), [], 'only by the scheduler')
    for (const lane of SINGLETONS) {
      const holders = evidence.grants.filter(grant => grant.lane === lane && grant.holder !== null).map(({ holder }) => processOf.get(holder ?? ''))
      t.diagnostic(`${lane}: ${holders.join(', ')}`)
      assert.equal(holders.at(-1), last[0]?.process, `the last node has ${lane}`)
    }
  })

  test('asleep for three leases, while another process takes its name: it finishes nothing, and comes back anew', async t => {
    await using world = await ClusterWorld.on(await freshDatabase(), { roles: ROLES, maxAttempts: 1 })
    const { one, two } = await cluster(world)
    let twin: Member | undefined
    const since = await lose(t, world, one, [two], async () => {
      one.node.signal('SIGSTOP')
      twin = await world.launch('one', { role: 'worker' })
    })
    await twin?.node.running()
    await world.until('(select renewed_at from node where hostname = \'two\') >= $1', 'three leases are over', [since + 3 * LEASE_TIMES.ttlMs])
    one.node.signal('SIGCONT')
    await one.node.says('this incarnation is over, joining again')
    const { error } = await one.node.says('joining the cluster failed')
    assert.match(String(error), /the host name one runs since .*; set STALWART_HOSTNAME to another name/)
    assert.deepEqual(await twin?.node.stop(), STOPPED)
    await works(world, one)
    const { evidence } = await world.verdict(t)
    const [life, again, ...more] = evidence.lives.filter(({ process, kind }) => process === one.process && kind === 'joined')
    assert.ok(life && again && more.length === 0 && life.incarnation !== again.incarnation, 'it has two incarnations')
    const late = evidence.outcomes.filter(({ writer, at }) => writer === one.process && at > since && at < again.at)
    assert.deepEqual(late, [], 'what slept has finished nothing')
  })

  test('cut off from the database: the others go on without it, and when the cable is whole again it joins anew', async t => {
    const url = await freshDatabase()
    const proxy = await silentProxy(Number(new URL(url).port))
    try {
      await using world = await ClusterWorld.on(url, { roles: ROLES, maxAttempts: 1 })
      const { front, one, two } = await cluster(world, proxy.port)
      await lose(t, world, one, [two], async () => { proxy.cut() })
      await one.node.says('lease no longer trusted')
      const { ready, checks } = await one.node.health()
      assert.deepEqual([ready, checks['store']?.ok], [false, false])
      assert.ok((await front.node.health()).ready)
      proxy.heal()
      await one.node.says('this incarnation is over, joining again')
      await works(world, one)
      await world.verdict(t)
    } finally {
      await proxy.stop()
    }
  })

  test('killed by a task, one after the other: it fails with a reason when its attempts are used up, other work goes on', async t => {
    await using world = await ClusterWorld.on(await freshDatabase(), { roles: ROLES, maxAttempts: 1 })
    const { front, one, two } = await cluster(world)
    using supervisor = new Supervisor(world, [one, two])
    const [key = '', ...neighbours] = await world.keysOf(one, KEYS_EACH)
    const others = await world.keysOf(two, KEYS_EACH)
    const [poison = ''] = await world.make([{ variant: 'IndexDocument', payload: { accountId: key, documentId: POISON, documentType: 'email' } }])
    await world.backlog([key, ...neighbours], TASKS_EACH)
    await one.node.ended()
    const meanwhile = new Set(await world.backlog(others, TASKS_EACH))
    await world.settled()

    const status = part((await list(front.node, 'Task')).find(({ id }) => id === poison), 'status')
    assert.equal(status['@type'], 'Failed')
    assert.match(String(status['failureReason']), /^the node (one|two) died while it ran this task$/)
    const { evidence, runs } = await world.verdict(t)
    await supervisor.ended
    const failed = evidence.outcomes.filter(({ kind }) => kind === 'failed')
    assert.deepEqual(failed.map(({ task }) => task), [poison], 'its neighbours have not failed')
    const lives = runs.filter(run => run.tasks.some(({ id }) => id === poison)).map(({ process }) => process)
    t.diagnostic(`it ended ${lives.join(', ')}`)
    assert.deepEqual(lives, supervisor.dead, 'nothing else died')
    // The first run was not known to have been of it; then there is one attempt, and one more.
    assert.equal(lives.length, 3)
    assert.ok(evidence.outcomes.every(({ task, at }) => !meanwhile.has(task) || at < (failed[0]?.at ?? 0)), 'other work went on meanwhile')
  })
})

/** One node without duties, and two that have all buckets between them; `port`: that by which the first of them reaches the database. */
async function cluster(world: ClusterWorld, port?: number): Promise<{ front: Member; one: Member; two: Member }> {
  const [front, one, two] = await Promise.all([
    world.start('front', { role: 'front' }), world.start('one', { role: 'worker', ...port === undefined ? {} : { port } }), world.start('two', { role: 'worker' }),
  ])
  await Promise.all([world.holds(one, 32), world.holds(two, 32)])
  return { front, one, two }
}

/** Everybody has a backlog, and runs that a lock holds up; one is lost. Returns when that was, after all work is done. */
async function lose(t: TestContext, world: ClusterWorld, loser: Member, others: readonly Member[], end: () => Promise<void>): Promise<number> {
  await using gate = await SearchGate.shut(world.url)
  for (const member of [loser, ...others]) await world.backlog(await world.keysOf(member, KEYS_EACH), TASKS_EACH)
  const pinned = 'exists (select from task join node on node.incarnation = task.holder where node.hostname = $1)'
  await world.until(pinned, `${loser.process} has pinned what it runs`, [loser.node.name])
  const since = systemClock.now()
  await end()
  await gate.open()
  await world.settled()
  t.diagnostic(takeover(await world.witness.evidence(), loser.process, since))
  return since
}

/** It has buckets again, and runs what comes into them. */
async function works(world: ClusterWorld, member: Member): Promise<void> {
  await world.holds(member)
  const tasks = await world.backlog(await world.keysOf(member, KEYS_EACH), TASKS_EACH)
  await world.settled()
  const { outcomes } = await world.witness.evidence()
  assert.ok(outcomes.some(({ task, writer }) => tasks.includes(task) && writer === member.process), `${member.process} works`)
}

async function scheduler(world: ClusterWorld, members: readonly Member[]): Promise<Member> {
  const { leases, nodes } = await world.store.leases.view()
  const holder = leases.find(({ lane }) => lane === 'scheduler')?.holder
  const name = nodes.find(({ incarnation }) => incarnation === holder)?.hostname
  return members.find(({ node }) => node.name === name) ?? assert.fail('nobody schedules')
}

/** Starts nodes that were killed again, as an operating system does. */
class Supervisor implements Disposable {
  /** In the order of their deaths. */
  readonly dead: string[] = []
  /** Resolves when all of them were stopped in order. */
  readonly ended: Promise<unknown>
  #over = false

  constructor(world: ClusterWorld, members: readonly Member[]) {
    this.ended = Promise.all(members.map(member => this.#keep(world, member)))
  }

  async #keep(world: ClusterWorld, first: Member): Promise<void> {
    let member = first
    while ((await member.node.ended()).signal === 'SIGKILL' && !this.#over) {
      this.dead.push(member.process)
      member = await world.launch(member.node.name, { role: 'worker' })
    }
  }

  [Symbol.dispose](): void { this.#over = true }
}
