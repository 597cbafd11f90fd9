import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { VirtualClock } from '../../../src/base/virtual-clock.ts'
import { backOffMs } from './back-off.ts'
import { Live } from './live.ts'

/** A connection that the test feeds: pieces, or null for its end. */
class Wire {
  readonly lastEventId: string
  #pieces: (string | null)[] = []
  #wake: () => void = () => undefined
  constructor(lastEventId: string) { this.lastEventId = lastEventId }

  push(piece: string | null): void {
    this.#pieces.push(piece)
    this.#wake()
  }

  async *pieces(signal: AbortSignal): AsyncGenerator<string> {
    signal.addEventListener('abort', () => { this.#wake() }, { once: true })
    for (;;) {
      while (this.#pieces.length === 0 && !signal.aborted) await new Promise<void>(resolve => { this.#wake = resolve })
      const piece = this.#pieces.shift()
      if (signal.aborted || piece === null || piece === undefined) throw new Error('cut')
      yield piece
    }
  }
}

function world() {
  const clock = new VirtualClock()
  const wires: Wire[] = []
  const changes: (readonly string[] | null)[] = []
  let refused = false
  const live = new Live({
    clock, random: () => 0,
    open: (path, lastEventId, signal) => {
      assert.equal(path, '/api/live/changes')
      if (refused) throw new Error('connection refused')
      const wire = new Wire(lastEventId)
      wires.push(wire)
      wire.push('')
      return wire.pieces(signal)
    },
    onChange: objects => { changes.push(objects) },
  })
  return { clock, wires, changes, live, refuse: (yes: boolean) => { refused = yes } }
}

suite('live changes', () => {
  test('name what has changed; a reset, and what cannot be read, means everything', async () => {
    const { clock, wires, changes, live } = world()
    live.start()
    await clock.advance(1)
    assert.equal(live.state, 'live')
    wires[0]?.push('event: change\ndata: {"changed":{"Task":["t1"]}}\n\nevent: reset\ndata: {}\n\nevent: change\ndata: no JSON\n\n')
    await clock.advance(1)
    assert.deepEqual(changes, [['Task'], null, null])
    live.stop()
    await clock.advance(60_000)
    assert.equal(wires.length, 1)
  })

  test('make old what was loaded before the first connection stood, and not what came before a later one', async () => {
    const { clock, wires, changes, live } = world()
    live.start()
    await clock.advance(1)
    wires[0]?.push('event: ready\ndata: {"objects":["Task"]}\nid: 1\n\n')
    wires[0]?.push(null)
    await clock.advance(300)
    wires[1]?.push('event: ready\ndata: {"objects":["Task"]}\nid: 2\n\nevent: change\ndata: {"changed":{"Domain":null}}\nid: 3\n\n')
    await clock.advance(1)
    assert.deepEqual(changes, [null, ['Domain']])
    live.stop()
  })

  test('go on after the last event that was seen', async () => {
    const { clock, wires, live } = world()
    live.start()
    await clock.advance(1)
    wires[0]?.push('id: 41\nevent: change\ndata: {"changed":{}}\n\n')
    wires[0]?.push(null)
    await clock.advance(1)
    assert.equal(live.state, 'waiting')
    assert.equal(live.isLost, false)
    await clock.advance(250)
    assert.equal(wires[1]?.lastEventId, '41')
    assert.equal(live.state, 'live')
    live.stop()
  })

  test('are polled for while the server is away, and come back by themselves', async () => {
    const { clock, wires, changes, live, refuse } = world()
    refuse(true)
    live.start()
    await clock.advance(35_000)
    assert.equal(wires.length, 0)
    assert.equal(live.isLost, true)
    assert.deepEqual(changes, [null, null, null])
    refuse(false)
    await clock.advance(15_000)
    assert.equal(live.state, 'live')
    const before = changes.length
    await clock.advance(20_000)
    assert.equal(changes.length, before)
    live.stop()
  })

  test('are asked for ever less often, and count as lost, where a connection ends before it says anything', async () => {
    const { clock, wires, live } = world()
    live.start()
    for (let ms = 0; ms < 60_000; ms += 100) {
      await clock.advance(100)
      wires.at(-1)?.push(null)
    }
    assert.ok(wires.length < 15, `${wires.length} connections`)
    assert.equal(live.isLost, true)
    live.stop()
  })

  test('count as cut when nothing is heard, heartbeats included', async () => {
    const { clock, wires, live } = world()
    live.start()
    await clock.advance(40_000)
    wires[0]?.push(': beat\n\n')
    await clock.advance(40_000)
    assert.equal(wires.length, 1)
    await clock.advance(10_000)
    assert.equal(wires.length, 2)
    live.stop()
  })
})

test('the wait between two attempts doubles from half a second to fifteen, with a share of chance', () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 60].map(failures => backOffMs(failures, () => 1)), [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000])
  assert.equal(backOffMs(3, () => 0), 1_000)
})
