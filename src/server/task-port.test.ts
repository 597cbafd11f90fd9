/** Tasks, schedules and runs through the management API while the engine works on them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { door, inApiWorld, runsOf } from '../../test/support/api-world.ts'
import { at } from '../../test/support/registry.ts'
import { probeVariant } from '../../test/support/rows.ts'
import type { Outcome } from '../engine/task-variant.ts'

const NOW = '2026-01-01T00:00:00Z'
const LATER = '2026-01-01T01:00:00Z'
const HOUR_MS = 3_600_000
const done: Outcome = { kind: 'done' }
const probe = (word: string, more = {}) => ({ '@type': 'Probe', word, key: 'k', ...more })
const pending = (due?: string) => ({ status: { '@type': 'Pending', ...(due === undefined ? {} : { due }) } })

describe('a task that waits', () => {
  it('says for what: its time, a node with the duty, another of its key', async () => {
    const gate = door()
    const variant = probeVariant({ run: (_task, context) => gate.pass(context) })
    await inApiWorld([variant], async ({ started, create, get, clock }) => {
      await started('idle', { duties: () => ['scheduling'] })
      const id = await create('Task', probe('x', pending(LATER)))
      const [first, second] = [await create('Task', probe('a')), await create('Task', probe('b'))]
      await clock.advance(2_000)
      const why = async (task: string) => (await get('Task', task))?.['waitingFor']
      assert.deepEqual(await why(id), { '@type': 'NotDue', until: LATER })
      assert.deepEqual(await why(first), { '@type': 'NoNode', duty: 'probing' })
      await started('worker')
      await clock.advance(3_000)
      assert.deepEqual([await why(first), await why(second)], [null, { '@type': 'SameKey', taskId: first }])
      assert.equal(at(await get('Task', first), 'running', 'node'), 'worker')
      gate.open()
      await clock.advance(2_000)
      assert.deepEqual([await get('Task', first), await get('Task', second)], [undefined, undefined])
    })
  })
  it('is run at once, later, or never, as asked', async () => {
    const ran: string[] = []
    await inApiWorld([probeVariant({ run: async task => { ran.push(task.word); return done } })], async ({ started, create, get, update, destroy, clock }) => {
      await started('a')
      const make = (word: string) => create('Task', probe(word, pending(LATER)))
      const [now, later, never, gone] = [await make('now'), await make('later'), await make('never'), await make('gone')]
      await update('Task', now, pending())
      await update('Task', later, { 'status/due': '2026-01-01T02:00:00Z' })
      await update('Task', never, { status: { '@type': 'Failed' } })
      await destroy('Task', gone)
      await clock.advance(1_000)
      assert.deepEqual(ran, ['now'])
      await clock.advance(HOUR_MS)
      assert.deepEqual(ran, ['now'])
      await clock.advance(HOUR_MS)
      assert.deepEqual(ran, ['now', 'later'])
      assert.deepEqual(at(await get('Task', never), 'status', 'failureReason'), 'Set by tester.')
    })
  })
  it('that was turned to another key runs there, beside those of its old one', async () => {
    const gate = door()
    const ran: string[] = []
    const variant = probeVariant({ run: async (task, context) => { ran.push(task.word); return task.word === 'first' ? gate.pass(context) : done } })
    await inApiWorld([variant], async ({ started, create, update, row, clock, catalogue }) => {
      await started('a')
      await create('Task', probe('first'))
      const id = await create('Task', probe('second'))
      await clock.advance(3_000)
      assert.deepEqual(ran, ['first'])
      await update('Task', id, { key: 'other', 'status/due': '2026-01-01T00:00:08Z' })
      assert.equal((await row(id))?.bucket, catalogue.bucketOf('probe', 'other'))
      await clock.advance(6_000)
      assert.deepEqual(ran, ['first', 'second'])
      gate.open()
    })
  })
})

describe('a task that has failed', () => {
  it('is tried again, and its history has every attempt', async () => {
    let healthy = false
    const variant = probeVariant({ run: async () => healthy ? done : { kind: 'fail', why: 'broken' } })
    await inApiWorld([variant], async here => {
      const { started, create, get, update, clock } = here
      await started('a')
      const id = await create('Task', probe('x'))
      await clock.advance(2_000)
      assert.equal(at(await get('Task', id), 'status', 'failureReason'), 'broken')
      healthy = true
      await update('Task', id, pending())
      await clock.advance(3_000)
      assert.equal(await get('Task', id), undefined)
      assert.deepEqual(await runsOf(here, id, 'outcome'), ['done', 'failed'])
      assert.deepEqual(await runsOf(here, id, 'error'), [null, 'broken'])
      assert.deepEqual(await runsOf(here, id, 'node'), ['node-1', 'node-1'])
    })
  })
})

describe('a task that runs', () => {
  const held = () => {
    const gate = door()
    let runs = 0
    const variant = probeVariant({ run: async (_task, context) => {
      if (++runs > 1) return done
      await context.checkpoint({ done: 1, of: 2 })
      return gate.pass(context)
    } })
    return { variant, runs: () => runs }
  }

  it('says where, since when and how far; to be destroyed it is stopped first, and says so until it has', async () => {
    const { variant } = held()
    await inApiWorld([variant], async here => {
      const { started, create, get, destroy, clock } = here
      await started('mx1')
      const id = await create('Task', probe('x'))
      await clock.advance(3_000)
      const running = { node: 'mx1', since: NOW, progress: 'done 1, of 2', requested: null }
      assert.deepEqual((await get('Task', id))?.['running'], running)
      await destroy('Task', id)
      assert.deepEqual((await get('Task', id))?.['running'], { ...running, requested: 'cancel' })
      await clock.advance(3_000)
      assert.equal(await get('Task', id), undefined)
      assert.deepEqual([await runsOf(here, id, 'outcome'), await runsOf(here, id, 'startedAt')], [['cancelled'], [NOW]])
    })
  })
  it('to be changed is stopped first, then runs as changed', async () => {
    const { variant, runs } = held()
    await inApiWorld([variant], async here => {
      const { started, create, get, update, clock } = here
      await started('mx1')
      const id = await create('Task', probe('x'))
      await clock.advance(3_000)
      await update('Task', id, { 'status/due': LATER })
      await update('Task', id, { word: 'y' })
      const asked = await get('Task', id)
      assert.deepEqual([at(asked, 'running', 'requested'), asked?.['due'], asked?.['word']], ['edit', NOW, 'x'])
      await clock.advance(2_000)
      const changed = await get('Task', id)
      assert.deepEqual([changed?.['running'], changed?.['due'], changed?.['word'], changed?.['waitingFor']],
        [null, LATER, 'y', { '@type': 'NotDue', until: LATER }])
      await clock.advance(HOUR_MS)
      assert.deepEqual([runs(), await get('Task', id)], [2, undefined])
      assert.deepEqual(await runsOf(here, id, 'outcome'), ['done', 'cancelled'])
    })
  })
  it('and is parked stays parked', async () => {
    const { variant, runs } = held()
    await inApiWorld([variant], async ({ started, create, get, update, clock }) => {
      await started('mx1')
      const id = await create('Task', probe('x'))
      await clock.advance(3_000)
      await update('Task', id, { status: { '@type': 'Failed' } })
      await clock.advance(HOUR_MS)
      assert.deepEqual([runs(), at(await get('Task', id), 'status', '@type'), (await get('Task', id))?.['running']], [1, 'Failed', null])
    })
  })
  it('and is changed before a second is over is stopped, runs again, and both runs are kept', async () => {
    const { variant, runs } = held()
    await inApiWorld([variant], async here => {
      const { started, create, get, update, clock } = here
      await started('mx1')
      const id = await create('Task', probe('x'))
      await clock.advance(300)
      assert.equal(runs(), 1)
      await update('Task', id, { word: 'y' })
      await clock.advance(5_000)
      assert.deepEqual([runs(), await get('Task', id)], [2, undefined])
      assert.deepEqual(await runsOf(here, id, 'outcome'), ['done', 'cancelled'])
    })
  })
})

describe('a schedule', () => {
  const minutely = (more = {}) => ({ name: 's', cron: '* * * * *', task: probe('slot'), ...more })
  const counted = () => {
    const ran: string[] = []
    return { ran, variant: probeVariant({ run: async task => { ran.push(task.word); return done } }) }
  }

  it('makes a task for each slot, and shows which', async () => {
    const { ran, variant } = counted()
    await inApiWorld([variant], async here => {
      const { started, create, get, clock } = here
      await started('a')
      const id = await create('Schedule', minutely())
      await clock.advance(122_000)
      const { lastSlot, nextSlot, lastTaskId } = await get('Schedule', id) ?? {}
      assert.deepEqual([ran, lastSlot, nextSlot], [['slot', 'slot'], '2026-01-01T00:02:00Z', '2026-01-01T00:03:00Z'])
      assert.deepEqual(await runsOf(here, String(lastTaskId), 'outcome'), ['done'])
    })
  })
  it('that is new or changed is noticed at once', async () => {
    const { ran, variant } = counted()
    await inApiWorld([variant], async ({ started, create, update, destroy, clock }) => {
      await started('a')
      await clock.advance(100)
      const id = await create('Schedule', minutely({ cron: '0 12 * * *' }))
      await update('Schedule', id, { cron: '1 * * * * *' })
      await clock.advance(1_500)
      assert.equal(ran.length, 1)
      await destroy('Schedule', id)
      await clock.advance(300_000)
      assert.equal(ran.length, 1)
    })
  })
  it('that is paused makes nothing, and goes on when it is told to', async () => {
    const { ran, variant } = counted()
    await inApiWorld([variant], async ({ started, create, get, update, clock }) => {
      await started('a')
      const id = await create('Schedule', minutely({ catchUp: 'all', pausedUntil: '9999-12-31T23:59:59Z' }))
      await clock.advance(10 * 60_000)
      assert.deepEqual([ran, (await get('Schedule', id))?.['nextSlot']], [[], null])
      await update('Schedule', id, { pausedUntil: '2026-01-01T00:12:00Z' })
      assert.equal((await get('Schedule', id))?.['nextSlot'], '2026-01-01T00:12:00Z')
      await clock.advance(2 * 60_000)
      assert.equal(ran.length, 1)
      await update('Schedule', id, { pausedUntil: '9999-12-31T23:59:59Z' })
      await clock.advance(10 * 60_000)
      await update('Schedule', id, { pausedUntil: null })
      await clock.advance(61_000)
      assert.equal(ran.length, 2)
    })
  })
  it('survives the node that was its scheduler', async () => {
    const { ran, variant } = counted()
    await inApiWorld([variant], async ({ started, create, clock }) => {
      const first = await started('a')
      await started('b')
      await create('Schedule', minutely())
      await clock.advance(61_000)
      const stopping = first.stop(1_000)
      await clock.advance(120_000)
      await stopping
      assert.equal(ran.length, 3)
    })
  })
  it('is run now by two calls: read its task, create it', async () => {
    const { ran, variant } = counted()
    await inApiWorld([variant], async ({ started, create, get, clock }) => {
      await started('a')
      const id = await create('Schedule', minutely({ cron: '0 12 * * *' }))
      const { task } = await get('Schedule', id) ?? {}
      await create('Task', task as { '@type': string })
      await clock.advance(500)
      assert.deepEqual(ran, ['slot'])
    })
  })
})
