import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { VirtualClock } from '../../../src/base/virtual-clock.ts'
import { Gather } from './gather.ts'

suite('changes', () => {
  test('are shown at once, and then four times a second at most, however many there are', async () => {
    const clock = new VirtualClock()
    const rounds: string[][] = []
    const gather = new Gather({ clock, everyMs: 250, refresh: async names => { rounds.push([...names].toSorted()) } })
    gather.add(['Task'])
    assert.deepEqual(rounds, [['Task']])
    for (let ms = 0; ms < 1_000; ms += 1) {
      for (let count = 0; count < 10; count += 1) gather.add([count % 2 === 0 ? 'Task' : 'ClusterNode'])
      await clock.advance(1)
    }
    assert.equal(rounds.length, 5)
    assert.deepEqual(rounds[1], ['ClusterNode', 'Task'])
  })

  test('wait for the refresh before, and none is lost', async () => {
    const clock = new VirtualClock()
    const rounds: string[][] = []
    let finish: () => void = () => undefined
    const gather = new Gather({
      clock, everyMs: 250,
      refresh: names => {
        rounds.push([...names])
        return new Promise(resolve => { finish = resolve })
      },
    })
    gather.add(['Task'])
    gather.add(['Domain'])
    await clock.advance(5_000)
    assert.deepEqual(rounds, [['Task']])
    finish()
    await clock.advance(1)
    assert.deepEqual(rounds, [['Task'], ['Domain']])
    finish()
    await clock.advance(1_000)
    gather.add(['Tenant'])
    assert.deepEqual(rounds.at(-1), ['Tenant'])
  })
})
