import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { ENTRIES_KEPT_MAX, ENTRY_EVERY_MS, IDS_MAX, LiveChanges } from './live-changes.ts'
import type { LiveEntry } from './live-changes.ts'

function world() {
  const clock = new VirtualClock(0)
  const changes = new LiveChanges('epoch-1', clock)
  const heard: LiveEntry[] = []
  const hear = (entry: LiveEntry) => { heard.push(entry) }
  /** One entry. */
  const entry = async (object: string) => {
    changes.note(object)
    await clock.advance(ENTRY_EVERY_MS)
  }
  return { clock, changes, heard, hear, entry }
}
const plain = ({ changed }: LiveEntry) => changed && Object.fromEntries(changed)

test('10,000 changes a second are four entries, and the last change is in one of them', async () => {
  const { clock, changes, heard, hear } = world()
  changes.open(null, hear)
  for (let ms = 0; ms < 1_000; ms++) {
    for (let each = 0; each < 10; each++) changes.note('Task', [`t${ms}-${each}`])
    await clock.advance(1)
  }
  changes.note('Last')
  assert.equal(heard.length, 4)
  assert.deepEqual(heard.map(plain), Array.from({ length: 4 }, () => ({ Task: null })))
  await clock.advance(ENTRY_EVERY_MS)
  assert.deepEqual(heard.slice(4).map(plain), [{ Task: null, Last: null }])
})

test('a lone change is told at once, with its ids; many ids become any', async () => {
  const { clock, changes, heard, hear } = world()
  changes.open(null, hear)
  changes.note('Task', ['a', 'b'])
  changes.note('Task', ['b', 'c'])
  changes.note('Domain')
  changes.note('Domain', ['x'])
  await clock.advance(20)
  assert.deepEqual(heard.map(plain), [{ Task: ['a', 'b', 'c'], Domain: null }])
  changes.note('Task', Array.from({ length: IDS_MAX }, (_, index) => `t${index}`))
  changes.note('Task', ['one more'])
  await clock.advance(ENTRY_EVERY_MS)
  assert.deepEqual(heard.slice(1).map(plain), [{ Task: null }])
})

test('who comes back hears what it has missed, and who was away too long is told so', async () => {
  const { changes, heard, hear, entry } = world()
  const first = changes.open(null, hear)
  await entry('A')
  first.close()
  await entry('B')
  await entry('C')
  assert.deepEqual(heard.map(plain), [{ A: null }])
  const { position = '' } = heard[0] ?? {}
  const again = changes.open(position, hear)
  assert.deepEqual(again.missed?.map(plain), [{ B: null }, { C: null }])
  assert.equal(again.position, again.missed?.at(-1)?.position)
  assert.deepEqual(changes.open(again.position, hear).missed, [])
  assert.deepEqual(changes.open(first.position, hear).missed?.map(plain), [{ A: null }, { B: null }, { C: null }])

  for (let more = 0; more < 2 * ENTRIES_KEPT_MAX; more++) await entry('D')
  assert.equal(changes.open(again.position, hear).missed, null)
})

test('another process, a number from the future and a text that is none are not known', async () => {
  const { changes, hear, entry } = world()
  await entry('A')
  for (const position of ['epoch-2-1', 'epoch-1-2', 'epoch-1-', 'epoch-1', '', '1', 'epoch-1--1', 'epoch-1-1e1', 'x'.repeat(10_000)]) {
    assert.equal(changes.open(position, hear).missed, null, position.slice(0, 20))
  }
})

test('lost hints are an entry of their own, also for who was away then', async () => {
  const { clock, changes, heard, hear, entry } = world()
  const { position } = changes.open(null, hear)
  await entry('A')
  changes.note('B')
  changes.lost()
  await clock.advance(ENTRY_EVERY_MS)
  assert.deepEqual(heard.map(plain), [{ A: null }, null])
  assert.equal(changes.open(position, hear).missed, null)
  assert.deepEqual(changes.open(heard.at(-1)?.position ?? '', hear).missed, [])
})
