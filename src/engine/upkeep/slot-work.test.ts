import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import type { Log } from '../../base/log.ts'
import { silentLog } from '../../base/log.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { LaneLoop } from './lane-loop.ts'
import { slotWork } from './slot-work.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Where every test begins: in the middle of an hour. */
const START = Date.UTC(2026, 0, 1, 8, 30)

/** What has been done, by which node and when; a slot that is done, or one before it, is refused, as SlotWork wants it. */
class Cluster {
  readonly clock = new VirtualClock(START)
  readonly done: { readonly by: string; readonly slot: number; readonly at: number }[] = []
  readonly messages: string[] = []
  readonly loops: LaneLoop[] = []
  /** What a loop says of itself whenever it has ended something. */
  readonly idles: boolean[] = []
  cron = '0 * * * *'
  /** Of the store's clock to that of the nodes. */
  aheadMs = 0
  fails = false
  /** What a run waits for before it has its effect. */
  gate: Promise<void> = Promise.resolve()

  node(by: string): LaneLoop {
    const log: Log = { ...silentLog, warn: (_fields, text) => { this.messages.push(text) }, info: (_fields, text) => { this.messages.push(text) } }
    const now = (): number => this.clock.now() + this.aheadMs
    const loop = new LaneLoop(slotWork({
      name: 'probe', lane: 'probes', cron: async () => this.cron,
      newest: async () => this.#newest,
      run: async slot => {
        await this.gate
        if (this.fails) throw new Error('no answer')
        if ((this.#newest ?? 0) >= slot) return false
        this.done.push({ by, slot, at: this.clock.now() })
        return true
      },
    }, { now: async () => now() }, log), { clock: this.clock, log, ended: () => { this.idles.push(loop.idle) } })
    this.loops.push(loop)
    loop.start()
    return loop
  }

  get slots(): readonly number[] { return this.done.map(({ slot }) => slot) }
  get #newest(): number | null { return this.done.at(-1)?.slot ?? null }
}

let cluster = new Cluster()
afterEach(async () => {
  await Promise.all(cluster.loops.map(loop => loop.stop()))
  cluster = new Cluster()
})

function hours(...hoursOfDay: readonly number[]): readonly number[] {
  return hoursOfDay.map(hour => Date.UTC(2026, 0, 1, hour))
}

test('each slot is done once and on time by who is active, and none by who is not', async () => {
  cluster.node('one').activate(true)
  cluster.node('two')
  await cluster.clock.advance(4 * HOUR_MS)
  assert.deepEqual(cluster.done, hours(9, 10, 11, 12).map(slot => ({ by: 'one', slot, at: slot })))
})

test('times are of the clock of the store', async () => {
  cluster.aheadMs = 7 * MINUTE_MS
  cluster.node('one').activate(true)
  await cluster.clock.advance(HOUR_MS)
  assert.deepEqual(cluster.done, hours(9).map(slot => ({ by: 'one', slot, at: slot - cluster.aheadMs })))
})

test('a slot that came while nobody was active is done by the next one within a minute, and passed over after that', async () => {
  const [one, two] = [cluster.node('one'), cluster.node('two')]
  one.activate(true)
  await cluster.clock.advance(HOUR_MS)
  one.activate(false)
  await cluster.clock.advance(HOUR_MS - HOUR_MS / 2 + MINUTE_MS)
  assert.deepEqual(cluster.slots, hours(9))
  two.activate(true)
  await cluster.clock.advance(0)
  assert.deepEqual(cluster.done.at(-1), { by: 'two', slot: hours(10)[0], at: START + 91 * MINUTE_MS })

  two.activate(false)
  await cluster.clock.advance(HOUR_MS + 1)
  one.activate(true)
  await cluster.clock.advance(HOUR_MS)
  assert.deepEqual(cluster.slots, hours(9, 10, 12))
})

test('of slots that come every second all of the last minute are made up for, in order', async () => {
  cluster.cron = '* * * * * *'
  const one = cluster.node('one')
  one.activate(true)
  await cluster.clock.advance(2 * SECOND_MS)
  one.activate(false)
  await cluster.clock.advance(3 * MINUTE_MS)
  one.activate(true)
  await cluster.clock.advance(0)
  const woken = START + 2 * SECOND_MS + 3 * MINUTE_MS
  const made = Array.from({ length: 61 }, (_, nth) => woken - (60 - nth) * SECOND_MS)
  // The minute before the start was nobody's either.
  assert.deepEqual(cluster.slots.slice(0, 61), Array.from({ length: 61 }, (_, nth) => START - (60 - nth) * SECOND_MS))
  assert.deepEqual(cluster.slots.slice(63), made)
})

test('two who both think they are active do each slot once, whoever is quicker', async () => {
  cluster.node('one').activate(true)
  cluster.node('two').activate(true)
  await cluster.clock.advance(3 * HOUR_MS)
  assert.deepEqual(cluster.slots, hours(9, 10, 11))
})

test('a slot that somebody else did while this one slept at it is given up', async () => {
  const [one, two] = [cluster.node('one'), cluster.node('two')]
  const asleep = Promise.withResolvers<void>()
  cluster.gate = asleep.promise
  one.activate(true)
  await cluster.clock.advance(HOUR_MS / 2)
  cluster.gate = Promise.resolve()
  two.activate(true)
  await cluster.clock.advance(0)
  asleep.resolve()
  await cluster.clock.advance(0)
  assert.deepEqual(cluster.done.map(({ by }) => by), ['two'])
  assert.deepEqual(cluster.messages, ['another node has done the slot'])
})

test('who is no longer active, or stops, does not begin the next slot', async () => {
  cluster.cron = '* * * * * *'
  for (const end of [(loop: LaneLoop) => { loop.activate(false) }, (loop: LaneLoop) => { void loop.stop() }]) {
    const before = cluster.done.length
    const loop = cluster.node('one')
    const first = Promise.withResolvers<void>()
    cluster.gate = first.promise
    loop.activate(true)
    await cluster.clock.advance(30 * SECOND_MS)
    end(loop)
    first.resolve()
    await cluster.clock.advance(MINUTE_MS)
    assert.equal(cluster.done.length, before + 1)
  }
})

test('another expression counts at a kick, and without one within ten seconds', async () => {
  const one = cluster.node('one')
  one.activate(true)
  await cluster.clock.advance(0)
  cluster.cron = '31 * * * *'
  one.kick()
  await cluster.clock.advance(MINUTE_MS)
  assert.deepEqual(cluster.done, [{ by: 'one', slot: START + MINUTE_MS, at: START + MINUTE_MS }])
  // Just before its time, and nobody says so: not late by more than a look.
  await cluster.clock.advance(59 * SECOND_MS)
  cluster.cron = '32 * * * *'
  await cluster.clock.advance(11 * SECOND_MS)
  const last = cluster.done.at(-1)
  assert.equal(last?.slot, START + 2 * MINUTE_MS)
  assert.ok(last.at - last.slot <= 10 * SECOND_MS)
})

test('an expression that goes back behind a slot that is done does not repeat it', async () => {
  cluster.cron = '* * * * * *'
  const one = cluster.node('one')
  one.activate(true)
  await cluster.clock.advance(3 * SECOND_MS)
  const before = cluster.slots
  cluster.cron = '*/2 * * * * *'
  one.kick()
  await cluster.clock.advance(4 * SECOND_MS)
  assert.deepEqual(cluster.slots, [...before, START + 4 * SECOND_MS, START + 6 * SECOND_MS])
})

test('what fails is tried again after ten seconds, until its minute is over', async () => {
  const one = cluster.node('one')
  one.activate(true)
  cluster.fails = true
  await cluster.clock.advance(HOUR_MS / 2 + 15 * SECOND_MS)
  assert.deepEqual(cluster.slots, [])
  assert.deepEqual(cluster.messages, ['work of a lane failed', 'work of a lane failed'])
  cluster.fails = false
  await cluster.clock.advance(10 * SECOND_MS)
  assert.deepEqual(cluster.slots, hours(9))

  cluster.fails = true
  await cluster.clock.advance(HOUR_MS + MINUTE_MS)
  cluster.fails = false
  await cluster.clock.advance(HOUR_MS)
  assert.deepEqual(cluster.slots, hours(9, 11))
})

test('an expression that cannot be read is told, and harms nothing', async () => {
  cluster.cron = 'every now and then'
  const one = cluster.node('one')
  one.activate(true)
  await cluster.clock.advance(SECOND_MS)
  assert.deepEqual(cluster.messages, ['work of a lane failed'])
  cluster.cron = '0 * * * *'
  await cluster.clock.advance(HOUR_MS)
  assert.deepEqual(cluster.slots, hours(9))
})

test('a stop waits for the slot that is being done', async () => {
  const one = cluster.node('one')
  const done = Promise.withResolvers<void>()
  cluster.gate = done.promise
  one.activate(true)
  await cluster.clock.advance(HOUR_MS / 2)
  let stopped = false
  const stopping = one.stop().then(() => { stopped = true })
  await cluster.clock.advance(MINUTE_MS)
  assert.equal(stopped, false)
  done.resolve()
  await stopping
  assert.deepEqual(cluster.slots, hours(9))
})

test('who is asked for the lane meanwhile keeps it until the slot is done, and says when', async () => {
  const one = cluster.node('one')
  one.activate(true)
  await cluster.clock.advance(0)
  const done = Promise.withResolvers<void>()
  cluster.gate = done.promise
  await cluster.clock.advance(HOUR_MS / 2)
  one.activate(false)
  const heard = cluster.idles.length
  assert.equal(one.idle, false)
  await cluster.clock.advance(MINUTE_MS)
  assert.deepEqual([one.idle, cluster.idles.length], [false, heard])
  done.resolve()
  await cluster.clock.advance(0)
  assert.deepEqual([one.idle, cluster.idles.slice(heard)], [true, [true]])
})
