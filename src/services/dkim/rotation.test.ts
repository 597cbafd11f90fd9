import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DKIM_ALGORITHMS } from '../../registry/objects/dkim-signature.ts'
import type { DkimAlgorithm } from '../../registry/objects/dkim-signature.ts'
import { nextStep, nextTime, selectorOf } from './rotation.ts'
import type { RotatingKey, RotationSettings } from './rotation.ts'

const DAY_MS = 86_400_000
const SETTINGS: RotationSettings = { algorithms: DKIM_ALGORITHMS, rotateAfterMs: 90 * DAY_MS, retireAfterMs: 7 * DAY_MS, deleteAfterMs: 30 * DAY_MS, publishes: true }
const [ED, RSA] = DKIM_ALGORITHMS

/** Does what comes next, as the driver would with a zone that takes everything, and that knows a record everywhere `spreadMs` later. */
class World {
  keys: RotatingKey[] = []
  readonly published = new Map<string, number>()
  now = 0
  #made = 0

  run(settings: RotationSettings, spreadMs: number): void {
    for (let steps = 0; ; steps++) {
      assert.ok(steps < 100, 'it comes to an end')
      const step = nextStep(this.keys, settings, this.now)
      if (step === null) return
      if (step.kind === 'create') {
        const id = String(++this.#made)
        this.keys.push({ id, algorithm: step.algorithm, selector: `k${id}`, stage: step.stage, nextAt: step.stage === 'pending' ? this.now : null })
        continue
      }
      const { key } = step
      if (step.kind === 'destroy') this.keys = this.keys.filter(({ id }) => id !== key.id)
      else if (step.kind === 'move') this.#move(key, step.to, step.nextAt)
      else if (step.kind === 'withdraw') {
        this.published.delete(key.id)
        this.#move(key, 'retired', this.now + settings.deleteAfterMs)
      } else {
        if (!this.published.has(key.id)) this.published.set(key.id, this.now + spreadMs)
        const known = step.kind === 'adopt' || (this.published.get(key.id) ?? Infinity) <= this.now
        if (known) this.#move(key, 'active', this.now + settings.rotateAfterMs)
        else this.#move(key, 'pending', this.now + 15_000)
      }
    }
  }

  #move(key: RotatingKey, stage: RotatingKey['stage'], nextAt: number | null): void {
    this.keys = this.keys.map(other => other.id === key.id ? { ...other, stage, nextAt } : other)
  }

  stages(algorithm: DkimAlgorithm = RSA): string[] { return this.keys.filter(key => key.algorithm === algorithm).map(({ stage }) => stage) }
}

test('a key goes through its whole life, and the next one signs before it stops', () => {
  const world = new World()
  const seen: string[] = []
  while (world.now < 250 * DAY_MS) {
    world.run(SETTINGS, 60_000)
    const stages = world.stages().join()
    if (seen.at(-1) !== stages) seen.push(stages)
    world.now = nextTime(world.keys, world.now) ?? assert.fail('it goes on for ever')
  }
  assert.deepEqual(seen.slice(0, 9), [
    'pending', 'active', 'active,pending', 'retiring,active', 'retired,active', 'active', 'active,pending', 'retiring,active', 'retired,active',
  ])
})

test('whenever it is looked after, however the settings change: what signs is published, and something signs', () => {
  const change = fc.record({
    afterMs: fc.integer({ min: 1, max: 120 * DAY_MS }),
    algorithms: fc.constantFrom<RotationSettings['algorithms']>([ED], [RSA], [ED, RSA]),
    publishes: fc.boolean(),
    spreadMs: fc.integer({ min: 0, max: 40_000 }),
  })
  fc.assert(fc.property(fc.array(change, { maxLength: 30 }), changes => {
    const world = new World()
    let signed: ReadonlySet<string> = new Set()
    for (const { afterMs, spreadMs, ...more } of changes) {
      const settings = { ...SETTINGS, ...more }
      world.run(settings, spreadMs)
      const active = world.keys.filter(({ stage }) => stage === 'active')
      assert.ok(signed.size === 0 || active.length > 0, 'something signs')
      if (more.publishes) for (const { id } of active) assert.ok(world.published.has(id), `${id} is published`)
      assert.ok(world.keys.length < 12)
      signed = new Set(active.map(({ id }) => id))
      world.now += afterMs
    }
  }))
})

test('by hand: keys are there at once, and nobody moves them', () => {
  const world = new World()
  const byHand = { ...SETTINGS, publishes: false }
  world.run(byHand, 0)
  assert.deepEqual([world.stages(RSA), world.stages(ED), nextTime(world.keys, 0)], [['active'], ['active'], null])
  world.now = 400 * DAY_MS
  assert.equal(nextStep(world.keys, byHand, world.now), null)
  world.run(SETTINGS, 0)
  assert.equal(world.published.size, 2, 'they are taken in when DNS is managed')
  assert.equal(nextTime(world.keys, world.now), 490 * DAY_MS)
  world.run(byHand, 0)
  assert.equal(nextTime(world.keys, world.now), null)
})

test('a key of a kind that nobody wants goes when the others sign', () => {
  const world = new World()
  world.run({ ...SETTINGS, algorithms: [RSA] }, 0)
  world.run({ ...SETTINGS, algorithms: [ED] }, 30_000)
  assert.deepEqual([world.stages(RSA), world.stages(ED)], [['active'], ['pending']])
  world.now = 60_000
  world.run({ ...SETTINGS, algorithms: [ED] }, 30_000)
  assert.deepEqual([world.stages(RSA), world.stages(ED)], [['retiring'], ['active']])
})

test('what is given up does not keep the others', () => {
  const world = new World()
  world.run(SETTINGS, 60_000)
  world.now = 60_000
  const [first, second] = world.keys
  assert.ok(first && second)
  assert.deepEqual(nextStep(world.keys, SETTINGS, world.now, new Set([first.id])), { kind: 'publish', key: second })
  assert.equal(nextStep(world.keys, SETTINGS, world.now, new Set([first.id, second.id])), null)
})

test('names say what they are told to, fit a label, and are never taken twice', () => {
  const now = Date.UTC(2026, 10, 5)
  assert.equal(selectorOf('v{version}-{algorithm}-{date-%Y%m%d}', RSA, now, new Set()), 'v1-rsa-20261105')
  assert.equal(selectorOf('{algorithm}{date-%m}', ED, now, new Set(['ed2551911', 'ed2551911-2'])), 'ed2551911-3')
  const long = 'x'.repeat(70)
  assert.deepEqual([selectorOf(long, ED, now, new Set()).length, selectorOf(long, ED, now, new Set(['x'.repeat(63)]))], [63, `${'x'.repeat(61)}-2`])
})
