import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dueSlots, nextSlot, pendingSlots } from './slots.ts'

const at = (text: string) => Date.parse(text)
const daily = { cron: '0 2 * * *', timeZone: 'Europe/Berlin', catchUp: 'last', pausedUntil: null } as const

test('the next slot is in the time zone of the schedule', () => {
  assert.equal(nextSlot('0 2 * * *', 'Europe/Berlin', at('2026-01-10T00:00:00Z')), at('2026-01-10T01:00:00Z'))
  assert.equal(nextSlot('0 2 * * *', 'UTC', at('2026-01-10T02:00:00Z')), at('2026-01-11T02:00:00Z'))
})

test('a bad expression or time zone has no next slot', () => {
  assert.equal(nextSlot('every now and then', 'UTC', 0), null)
  assert.equal(nextSlot('0 2 * * *', 'Mars/Base', 0), null)
})

test('a slot in the hour that daylight saving skips still runs once that day', () => {
  const before = at('2026-03-28T12:00:00Z')
  const first = nextSlot('30 2 * * *', 'Europe/Berlin', before)
  const second = nextSlot('30 2 * * *', 'Europe/Berlin', first ?? 0)
  assert.ok(first !== null && second !== null)
  assert.equal(new Date(first).toISOString().slice(0, 10), '2026-03-29')
  assert.equal(new Date(second).toISOString(), '2026-03-30T00:30:00.000Z')
})

test('nothing is due before the next slot', () => {
  assert.equal(dueSlots({ ...daily, nextSlot: at('2026-01-10T01:00:00Z') }, at('2026-01-10T00:59:59Z')), null)
})

test('a slot on time runs, whatever the policy', () => {
  for (const catchUp of ['none', 'last', 'all'] as const) {
    const slot = at('2026-01-10T01:00:00Z')
    assert.deepEqual(dueSlots({ ...daily, catchUp, nextSlot: slot }, slot + 500), { run: [slot], lastSlot: slot, nextSlot: at('2026-01-11T01:00:00Z') })
  }
})

test('slots missed while everything was down follow the policy', () => {
  const missed = { ...daily, nextSlot: at('2026-01-10T01:00:00Z') }
  const now = at('2026-01-12T09:00:00Z')
  const days = (run: readonly number[] | undefined) => run?.map(slot => new Date(slot).getUTCDate())
  assert.deepEqual(days(dueSlots({ ...missed, catchUp: 'none' }, now)?.run), [])
  assert.deepEqual(days(dueSlots({ ...missed, catchUp: 'last' }, now)?.run), [12])
  assert.deepEqual(days(dueSlots({ ...missed, catchUp: 'all' }, now)?.run), [10, 11, 12])
  assert.equal(dueSlots({ ...missed, catchUp: 'none' }, now)?.nextSlot, at('2026-01-13T01:00:00Z'))
})

test('slots before the end of a pause are skipped', () => {
  const paused = { ...daily, catchUp: 'all', nextSlot: at('2026-01-10T01:00:00Z'), pausedUntil: at('2026-01-11T12:00:00Z') } as const
  assert.deepEqual(dueSlots(paused, at('2026-01-12T09:00:00Z'))?.run.length, 1)
})

test('catching up after a very long time is bounded', () => {
  const minutely = { cron: '* * * * *', timeZone: 'UTC', catchUp: 'all', pausedUntil: null, nextSlot: at('2026-01-01T00:00:00Z') } as const
  assert.equal(dueSlots(minutely, at('2026-02-01T00:00:30Z'))?.run.length, 100)
})

test('slots of the last minute are pending, the bound itself too, and nothing older or later', () => {
  const now = at('2026-01-10T08:01:00Z')
  assert.deepEqual(pendingSlots('0 * * * *', null, now), [at('2026-01-10T08:00:00Z')])
  assert.deepEqual(pendingSlots('0 * * * *', null, now + 1), [])
  assert.deepEqual(pendingSlots('* * * * *', null, now), [at('2026-01-10T08:00:00Z'), now])
  assert.deepEqual(pendingSlots('* * * * *', null, now - 1), [at('2026-01-10T08:00:00Z')])
  const seconds = pendingSlots('* * * * * *', 0, now)
  assert.deepEqual([seconds.length, seconds[0], seconds.at(-1)], [61, now - 60_000, now])
})

test('slots up to the newest that is done are not pending, wherever that is', () => {
  const now = at('2026-01-10T08:00:30Z')
  const slot = at('2026-01-10T08:00:00Z')
  assert.deepEqual(pendingSlots('0 * * * *', slot - 1, now), [slot])
  assert.deepEqual(pendingSlots('0 * * * *', slot, now), [])
  // The clock has gone back.
  assert.deepEqual(pendingSlots('0 * * * *', now + 3_600_000, now), [])
  assert.deepEqual(pendingSlots('* * * * * *', now - 2_000, now), [now - 1_000, now])
})

test('pending slots are in UTC, also in the nights of daylight saving', () => {
  assert.deepEqual(pendingSlots('30 2 * * *', null, at('2026-03-29T02:30:05Z')), [at('2026-03-29T02:30:00Z')])
  assert.deepEqual(pendingSlots('30 2 29 2 *', null, at('2026-03-01T00:00:00Z')), [])
})
