import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uncovered } from '../assign/assign.ts'
import { hasCode } from '../../errors.ts'
import { probeVariant } from '../../../test/support/rows.ts'
import { world, type World } from '../../../test/support/engine.ts'
import { RETRY_DEFAULTS, type RetrySettings } from '../../base/retry-plan.ts'
import type { AnyVariant, RunContext } from '../task-variant.ts'
import type { EngineNode } from './node.ts'

const done = { kind: 'done' } as const
const steady: RetrySettings = { ...RETRY_DEFAULTS, strategy: { kind: 'ExponentialBackoff', factor: 2, initialDelayMs: 60_000, maxDelayMs: 1_800_000, jitter: false } }

/** Runs a test in a world whose nodes are all stopped at the end. */
async function inWorld(variants: AnyVariant[], body: (here: World & { started(...args: Parameters<World['node']>): Promise<EngineNode> }) => Promise<void>): Promise<void> {
  const here = await world(variants)
  const nodes: EngineNode[] = []
  const started = async (...args: Parameters<World['node']>) => {
    const node = here.node(...args)
    nodes.push(node)
    await node.start()
    await here.clock.advance(10)
    return node
  }
  try {
    await body({ ...here, started })
  } finally {
    const stops = nodes.map(node => node.stop(1_000))
    await here.clock.advance(60_000)
    await Promise.all(stops)
    await here.store.close()
  }
}
/** A run that ends when the test says so, or when its signal aborts. */
function gate() {
  const opened = Promise.withResolvers<void>()
  const entered = Promise.withResolvers<RunContext<unknown>>()
  return {
    open: () => { opened.resolve() },
    entered: entered.promise,
    async pass(context: RunContext<unknown>) {
      entered.resolve(context)
      await Promise.race([opened.promise, new Promise(resolve => { context.signal.addEventListener('abort', resolve, { once: true }) })])
      context.signal.throwIfAborted()
      return done
    },
  }
}

test('a task that is due runs and goes; a later one waits for its time', async () => {
  const ran: string[] = []
  await inWorld([probeVariant({ run: async task => { ran.push(task.word); return done } })], async ({ started, enqueue, clock, row }) => {
    await started('a')
    const now = await enqueue({ word: 'now', key: 'k' })
    const later = await enqueue({ word: 'later', key: 'k' }, { due: clock.now() + 30_000 })
    await clock.advance(100)
    assert.deepEqual(ran, ['now'])
    assert.equal(await row(now), undefined)
    assert.equal((await row(later))?.status, 'Pending')
    await clock.advance(30_000)
    assert.deepEqual(ran, ['now', 'later'])
  })
})

test('the first failure makes it Retry, the fourth run Failed, and an edit runs it again', async () => {
  let healthy = false
  const runs: number[] = []
  const variant = probeVariant({ run: async (_task, context) => { runs.push(context.now()); if (!healthy) throw new Error('no luck'); return done } })
  await inWorld([variant], async ({ started, enqueue, clock, row, store }) => {
    await started('a', { settings: () => steady })
    const start = clock.now()
    const id = await enqueue({ word: 'x', key: 'k' })
    await clock.advance(1_000)
    const retry = await row(id)
    assert.deepEqual([retry?.status, retry?.attempt, retry?.failureReason], ['Retry', 1, 'no luck'])
    await clock.advance(10 * 60_000)
    const failed = await row(id)
    assert.deepEqual([failed?.status, failed?.attempt], ['Failed', 3])
    assert.deepEqual(runs.map(at => Math.round((at - start) / 60_000)), [0, 1, 3, 7])
    healthy = true
    const state = { status: 'Pending', due: clock.now(), attempt: 0, firstFailedAt: null, failedAt: null, failureReason: null } as const
    assert.equal(await store.transact(tx => tx.tasks.edit(id, failed?.version ?? 0, { state })), 'applied')
    await clock.advance(1_100)
    assert.equal(await row(id), undefined)
    const history = await store.read(tx => tx.runs.query({ taskId: id }, { ascending: false, limit: 10 }))
    assert.deepEqual(history.map(run => run.outcome), ['done', 'failed', 'retry', 'retry', 'retry'])
  })
})

test('retry settings apply to the next failure, without a restart', async () => {
  let settings = steady
  await inWorld([probeVariant({ run: async () => { throw new Error('no') } })], async ({ started, enqueue, clock, row }) => {
    await started('a', { settings: () => settings })
    settings = { ...steady, maxAttempts: 0 }
    const id = await enqueue({ word: 'x', key: 'k' })
    await clock.advance(1_000)
    assert.equal((await row(id))?.status, 'Failed')
  })
})

test('follow-ups are there when the task is gone', async () => {
  const ran: string[] = []
  const variant = probeVariant({ run: async task => {
    ran.push(task.word)
    return task.word === 'first' ? { kind: 'done', followUps: [{ variant: 'Probe', payload: { word: 'second', key: 'k' } }] } : done
  } })
  await inWorld([variant], async ({ started, enqueue, clock }) => {
    await started('a')
    await enqueue({ word: 'first', key: 'k' })
    await clock.advance(2_000)
    assert.deepEqual(ran, ['first', 'second'])
  })
})

test('a run longer than a second shows holder and progress; destroying it stops it first', async () => {
  const door = gate()
  const variant = probeVariant({ run: async (_task, context) => {
    await context.checkpoint({ done: 3, total: 9 })
    return door.pass(context)
  } })
  await inWorld([variant], async ({ started, enqueue, clock, row, store }) => {
    const node = await started('a')
    const id = await enqueue({ word: 'x', key: 'k' })
    await clock.advance(2_500)
    const pinned = await row(id)
    assert.equal(pinned?.holder, node.incarnation?.id)
    assert.deepEqual(pinned?.progress, { done: 3, total: 9 })
    assert.equal(await store.transact(tx => tx.tasks.destroy(id)), 'requested')
    assert.ok(await row(id), 'it goes when it has stopped, not before')
    await clock.advance(1_500)
    assert.equal((await door.entered).signal.aborted, true)
    assert.equal(await row(id), undefined)
  })
})

test('rescheduling a running task stops it and keeps the new time', async () => {
  const door = gate()
  await inWorld([probeVariant({ run: (_task, context) => door.pass(context) })], async ({ started, enqueue, clock, row, store }) => {
    await started('a')
    const id = await enqueue({ word: 'x', key: 'k' })
    await clock.advance(2_500)
    const due = clock.now() + 3_600_000
    const state = { status: 'Pending', due, attempt: 0, firstFailedAt: null, failedAt: null, failureReason: null } as const
    assert.equal(await store.transact(tx => tx.tasks.edit(id, 1, { state })), 'requested')
    await clock.advance(1_500)
    const after = await row(id)
    assert.deepEqual([after?.due, after?.holder, after?.request], [due, null, null])
  })
})

test('a dead node is noticed, its bucket taken over, and its pinned task charged once and run again', async () => {
  const door = gate()
  let runs = 0
  const variant = probeVariant({ run: async (_task, context) => (++runs === 1 ? door.pass(context) : done) })
  await inWorld([variant], async ({ started, enqueue, clock, row, store }) => {
    const victim = await started('victim')
    const id = await enqueue({ word: 'x', key: 'k' })
    await clock.advance(2_500)
    const holder = (await row(id))?.holder
    assert.equal(holder, victim.incarnation?.id)
    // Death as the others see it: the row expires because no heartbeat reaches the store any more.
    const { heartbeat } = store.leases
    Object.assign(store.leases, { heartbeat: async (...args: Parameters<typeof heartbeat>) => {
      if (args[0] === holder) throw new Error('cut off')
      return heartbeat.apply(store.leases, args)
    } })
    await started('heir')
    await clock.advance(15_000)
    assert.equal(runs, 2)
    assert.equal(await row(id), undefined)
    assert.equal((await door.entered).signal.aborted, true, 'the cut-off node stopped its run')
  })
})

test('a node that lost its row comes back as a new incarnation and works', async () => {
  const ran: string[] = []
  await inWorld([probeVariant({ run: async task => { ran.push(task.word); return done } })], async ({ started, enqueue, clock, store }) => {
    const node = await started('a')
    const first = node.incarnation?.id
    await store.leases.reapAll(null)
    await clock.advance(5_000)
    assert.notEqual(node.incarnation?.id, first)
    await enqueue({ word: 'after', key: 'k' })
    await clock.advance(1_500)
    assert.deepEqual(ran, ['after'])
  })
})

test('duties decide: without the duty nothing runs, with it the task runs within two seconds', async () => {
  let duties: readonly string[] = ['scheduling']
  const ran: string[] = []
  await inWorld([probeVariant({ run: async task => { ran.push(task.word); return done } })], async ({ started, enqueue, clock }) => {
    const node = await started('a', { duties: () => duties })
    await enqueue({ word: 'x', key: 'k' })
    await clock.advance(60_000)
    assert.deepEqual(ran, [])
    assert.deepEqual([...uncovered(node.incarnation?.view?.assignment ?? new Map())], [['probe', 8]])
    duties = ['probing', 'scheduling']
    node.announce()
    await clock.advance(2_000)
    assert.deepEqual(ran, ['x'])
    duties = []
    node.announce()
    await clock.advance(2_000)
    await enqueue({ word: 'y', key: 'k' })
    await clock.advance(60_000)
    assert.deepEqual(ran, ['x'])
  })
})

test('two nodes share the buckets, and a node that stops hands over at once', async () => {
  const ran: string[] = []
  const variant = probeVariant({ run: async task => { ran.push(task.word); return done } })
  await inWorld([variant], async ({ started, enqueue, clock, store }) => {
    const one = await started('one')
    const two = await started('two')
    await clock.advance(3_000)
    const holders = Map.groupBy((await store.leases.view()).leases.filter(lease => lease.lane === 'probe'), lease => lease.holder)
    assert.deepEqual(new Set(holders.keys()), new Set([one.incarnation?.id, two.incarnation?.id]))
    const stopping = one.stop()
    await clock.advance(2_000)
    await stopping
    for (let key = 0; key < 20; key++) await enqueue({ word: `t${key}`, key: `k${key}` })
    await clock.advance(1_500)
    assert.equal(ran.length, 20)
  })
})

test('a node that is empty is seen, holds nothing and stays alive until the rest of its process is closed', async () => {
  await inWorld([probeVariant({ run: async () => done })], async ({ started, clock, store }) => {
    const one = await started('one')
    await started('two')
    const own = one.incarnation?.id
    const closed = Promise.withResolvers<void>()
    const stopping = one.stop(1_000, closed.promise)
    await clock.advance(60_000)
    const meanwhile = await store.leases.view()
    closed.resolve()
    await stopping
    assert.deepEqual(meanwhile.nodes.map(({ hostname }) => hostname).toSorted(), ['one', 'two'])
    assert.ok(meanwhile.leases.every(({ holder }) => holder !== own))
    assert.deepEqual((await store.leases.view()).nodes.map(({ hostname }) => hostname), ['two'])
  })
})

test('stopping lets a run finish, and aborts it uncharged when the limit is over', async () => {
  const door = gate()
  await inWorld([probeVariant({ run: (_task, context) => door.pass(context) })], async ({ started, enqueue, clock, row }) => {
    const node = await started('a')
    const id = await enqueue({ word: 'x', key: 'k' })
    await clock.advance(100)
    const stopped = node.stop(5_000)
    await clock.advance(4_000)
    assert.equal((await door.entered).signal.aborted, false)
    await clock.advance(2_000)
    await stopped
    const left = await row(id)
    assert.deepEqual([left?.status, left?.attempt, left?.holder], ['Pending', 0, null])
  })
})

test('a second node of the same name is refused while the first lives', async () => {
  await inWorld([probeVariant({ run: async () => done })], async ({ started, node, clock }) => {
    await started('same')
    const refused = node('same').start().then(() => null, (error: unknown) => error)
    await clock.advance(15_000)
    const error = await refused
    assert.ok(hasCode(error, 'node/name-in-use'))
    assert.match(error.message, /same/)
  })
})

test('a task that takes its node with it again and again ends as Failed, and its neighbours run', async () => {
  const ran: string[] = []
  const variant = probeVariant({
    limits: { runMsMax: 3_600_000, concurrencyPerNode: 1 },
    run: async task => {
      if (task.word !== 'poison') {
        ran.push(task.word)
        return done
      }
      return new Promise<never>(() => {})
    },
  })
  await inWorld([variant], async ({ started, enqueue, clock, row, store }) => {
    const id = await enqueue({ word: 'poison', key: 'a' })
    await enqueue({ word: 'good', key: 'b' })
    for (let life = 0; life < 8 && (await row(id))?.status !== 'Failed'; life++) {
      await started(`n${life}`, { settings: () => steady })
      await clock.advance(3_000)
      await store.leases.reapAll(null)
    }
    const failed = await row(id)
    assert.equal(failed?.status, 'Failed')
    assert.match(failed?.failureReason ?? '', /died/)
    assert.deepEqual(ran, ['good'])
  })
})

test('a schedule makes one task a slot', async () => {
  const ran: string[] = []
  const variant = probeVariant({ run: async task => { ran.push(task.word); return done } })
  await inWorld([variant], async ({ started, clock, store, node }) => {
    await started('a')
    await started('b')
    const minute = 60_000
    const nextSlot = Math.ceil(clock.now() / minute) * minute
    await store.transact(tx => tx.schedules.insert({
      id: node('x').ids.next(), name: 'minutely', cron: '* * * * *', timeZone: 'UTC', catchUp: 'last', pausedUntil: null,
      variant: 'Probe', payload: { word: 'slot', key: 's' }, nextSlot,
    }))
    await clock.advance(nextSlot - clock.now() + 2 * minute + 2_000)
    assert.equal(ran.length, 3)
    const [schedule] = await store.transact(tx => tx.schedules.list())
    assert.deepEqual([schedule?.lastSlot, schedule?.nextSlot], [nextSlot + 2 * minute, nextSlot + 3 * minute])
  })
})

test('a pin that failed does not let the bucket go: the task never runs on two nodes', async () => {
  const door = gate()
  const seen: string[] = []
  const variant = probeVariant({ limits: { runMsMax: 3_600_000, concurrencyPerNode: 20 }, run: async (task, context) => {
    seen.push(task.id)
    return door.pass(context)
  } })
  await inWorld([variant], async ({ started, enqueue, clock, store }) => {
    const { pin } = store.queue
    let failures = 1
    Object.assign(store.queue, { pin: async (...args: Parameters<typeof pin>) => {
      if (failures-- > 0) throw new Error('away')
      return pin.apply(store.queue, args)
    } })
    await started('one')
    for (let key = 0; key < 12; key++) await enqueue({ word: 'x', key: `k${key}` })
    await clock.advance(900)
    assert.equal(seen.length, 12)
    await started('two')
    await clock.advance(6_000)
    const starts = new Map([...Map.groupBy(seen, id => id)].map(([id, times]) => [id, times.length]))
    assert.deepEqual([...starts.values()].filter(times => times > 1), [])
    door.open()
    await clock.advance(5_000)
    assert.equal(await store.read(tx => tx.tasks.count({})), 0)
  })
})

test('a task pinned by one node is left alone by the new owner of its bucket, and ends once', async () => {
  const door = gate()
  const starts = new Map<string, number>()
  const variant = probeVariant({ limits: { runMsMax: 3_600_000, concurrencyPerNode: 20 }, run: async (task, context) => {
    starts.set(task.id, (starts.get(task.id) ?? 0) + 1)
    return door.pass(context)
  } })
  await inWorld([variant], async ({ started, enqueue, clock, store }) => {
    await started('one')
    const ids: string[] = []
    for (let key = 0; key < 12; key++) ids.push(await enqueue({ word: 'x', key: `k${key}` }))
    await clock.advance(2_500)
    await started('two')
    await clock.advance(5_000)
    const holders = new Set((await store.leases.view()).leases.filter(lease => lease.lane === 'probe').map(lease => lease.holder))
    assert.equal(holders.size, 2, 'buckets were handed over although their tasks run on')
    assert.deepEqual([...starts.values()], ids.map(() => 1))
    door.open()
    await clock.advance(3_000)
    assert.equal(await store.read(tx => tx.tasks.count({})), 0)
    assert.deepEqual([...starts.values()], ids.map(() => 1))
  })
})

test('a batch goes on when one of its tasks is enqueued again and again', async () => {
  const variant = probeVariant({
    dedupeKey: task => task.word, limits: { runMsMax: 60_000, concurrencyPerNode: 1, batchMax: 20 },
    runBatch: async (tasks, context) => {
      await new Promise<void>(resolve => {
        if (context.signal.aborted) resolve()
        context.signal.addEventListener('abort', () => { resolve() }, { once: true })
        clocks[0]?.after(2_000, resolve)
      })
      context.signal.throwIfAborted()
      return tasks.map(() => done)
    },
  })
  const clocks: World['clock'][] = []
  await inWorld([variant], async ({ started, enqueue, clock, store }) => {
    clocks.push(clock)
    for (let word = 0; word < 10; word++) await enqueue({ word: `w${word}`, key: `k${word}` })
    await started('one')
    for (let step = 0; step < 20; step++) {
      await clock.advance(500)
      await enqueue({ word: 'w0', key: 'k0' })
    }
    const left = await store.read(tx => tx.tasks.count({}))
    assert.ok(left <= 1, `${left} of 10 left`)
  })
})
