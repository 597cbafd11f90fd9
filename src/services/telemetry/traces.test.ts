import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { EVERY_STORE, type Opened } from '../../../test/support/every-store.ts'
import { firstIdAt, idSource } from '../../base/ids.ts'
import type { Id } from '../../base/ids.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { RotaError } from '../../errors.ts'
import type { Trace, WantedTask } from '../ports.ts'
import { purgeTraces, storedTraces, Traces } from './traces.ts'

const SIGNAL = new AbortController().signal
const MINUTE_MS = 60_000

for (const { name, prepare, skip } of EVERY_STORE) {
  describe(`traces on ${name}`, { skip }, () => {
    let opened: Opened
    let store: Awaited<ReturnType<Opened['open']>>
    const clock = new VirtualClock()
    const ids = idSource(1, clock)
    let queued: WantedTask[] = []
    const enqueue = async (_tx: unknown, tasks: readonly WantedTask[]): Promise<void> => { queued.push(...tasks) }
    const traces = () => new Traces({ store, enqueue })
    before(async () => {
      opened = await prepare()
      store = await opened.open(clock)
    })
    beforeEach(async () => {
      queued = []
      await store.transact(tx => purgeTraces(tx, Infinity, 1_000))
      await clock.advance(MINUTE_MS)
    })
    after(async () => {
      await store.close()
      await opened.remove()
    })

    const aTrace = (fields: Partial<Trace> = {}): Trace => ({
      id: ids.next(), from: 'ann@elsewhere.example', recipients: ['bob@example.org'], size: 700, events: [
        { event: 'smtp.connection-start', at: 1, values: { remoteIp: '192.0.2.7', remotePort: 1025 } },
        { event: 'delivery.delivered', at: 2, values: { to: 'bob@example.org', accountId: 'b', documentId: 'd' } },
      ], ...fields,
    })
    const refused = (reason: string): Trace => aTrace({
      size: 0, events: [{ event: 'smtp.rcpt-to-rejected', at: 1, values: { to: 'nobody@example.org', code: 550, reason } }],
    })
    const find = (text: string, ...more: string[]): Promise<readonly Id[]> =>
      store.read(tx => storedTraces.query(tx, { texts: [text, ...more] }, { ascending: false, limit: 100 }))
    const counters = () => store.read(tx => tx.counters.all())

    test('are kept with a task for each and what they count, and a repeat adds nothing', async () => {
      const before = await counters()
      const three = [aTrace(), refused('5.1.1 no such mailbox here'), aTrace({ events: [] })]
      for (let time = 0; time < 2; time++) await traces().keep(three)
      assert.deepEqual(queued, three.map(({ id }) => ({ variant: 'IndexTrace', payload: { traceId: id }, band: 1 })))
      assert.deepEqual(await store.read(tx => storedTraces.get(tx, three.map(({ id }) => id))), three)
      const now = await counters()
      const grown = ['received', 'octets', 'delivered', 'refused'].map(each => (now[`message.${each}`] ?? 0) - (before[`message.${each}`] ?? 0))
      assert.deepEqual(grown, [1, 700, 1, 1])
    })

    test('are found by the words of addresses, hosts and replies once they are indexed, newest first', async () => {
      const [one, two] = [aTrace(), refused('5.1.1 no such mailbox here')]
      await traces().keep([one, two])
      assert.deepEqual(await find('elsewhere'), [])
      assert.deepEqual(await traces().index([one.id, two.id], SIGNAL), [{ kind: 'indexed' }, { kind: 'indexed' }])
      assert.deepEqual(await find('ANN@Elsewhere.example'), [two.id, one.id])
      assert.deepEqual([await find('mailbox'), await find('192.0.2.7'), await find('mailbox', '192.0.2.7'), await find('1025 bob')], [[two.id], [one.id], [], [one.id]])
      assert.deepEqual([await find(' …'), await find('heron')], [[], []])
    })

    test('found by words are narrowed, turned round and counted as others are', async () => {
      const made = []
      for (let nth = 0; nth < 4; nth++) {
        made.push(aTrace(nth === 2 ? { from: 'eve@elsewhere.example' } : {}))
        await clock.advance(MINUTE_MS)
      }
      await traces().keep(made)
      await traces().index(made.map(({ id }) => id), SIGNAL)
      const [first, second, third, fourth] = made.map(({ id }) => id)
      assert.ok(first && second && third && fourth)
      const start = clock.now() - 4 * MINUTE_MS
      const time = { min: start + MINUTE_MS, max: start + 3 * MINUTE_MS - 1 }
      const cases: [Parameters<typeof storedTraces.query>[1], Id[]][] = [
        [{ time }, [third, second]], [{ from: 'eve@elsewhere.example' }, [third]], [{ id: second }, [second]],
        [{ time, from: 'ann@elsewhere.example', to: 'bob@example.org' }, [second]], [{ to: 'else@example.org' }, []],
      ]
      for (const [conditions, expected] of cases) {
        for (const texts of [undefined, ['elsewhere']]) {
          const asked = { ...conditions, ...texts ? { texts } : {} }
          const page = (ascending: boolean) => store.read(tx => storedTraces.query(tx, asked, { ascending, limit: 100 }))
          assert.deepEqual(await page(false), expected, JSON.stringify(asked))
          assert.deepEqual(await page(true), expected.toReversed(), JSON.stringify(asked))
          assert.equal(await store.read(tx => storedTraces.count(tx, asked)), expected.length)
        }
      }
      const page = (more: object) => store.read(tx => storedTraces.query(tx, { texts: ['elsewhere'] }, { ascending: false, limit: 2, ...more }))
      assert.deepEqual([await page({}), await page({ afterId: third }), await page({ position: 1, afterId: fourth })], [[fourth, third], [second, first], [second, first]])
      assert.deepEqual(await page({ ascending: true, afterId: first }), [second, third])
    })

    test('that are gone leave nothing in the index, whatever comes first', async () => {
      const [gone, kept] = [aTrace(), aTrace()]
      await traces().keep([gone, kept])
      await traces().index([gone.id, kept.id], SIGNAL)
      assert.equal(await store.transact(tx => storedTraces.remove(tx, [gone.id])), 1)
      assert.deepEqual(await find('elsewhere'), [kept.id])
      assert.deepEqual(await traces().index([gone.id, kept.id, 'no id'], SIGNAL), [{ kind: 'gone' }, { kind: 'indexed' }, { kind: 'gone' }])
      assert.deepEqual(await find('elsewhere'), [kept.id])
    })

    test('that goes while it is indexed is taken out of the index again', async () => {
      const trace = aTrace()
      await traces().keep([trace])
      const meanwhile = new Traces({ enqueue, store: {
        transact: work => store.transact(work),
        async read(work) {
          const result = await store.read(work)
          await store.transact(tx => storedTraces.remove(tx, [trace.id]))
          return result
        },
      } })
      await meanwhile.index([trace.id], SIGNAL)
      const has = await store.read(tx => tx.search.has({ accountId: '0'.repeat(13), collection: 'Trace', id: trace.id }))
      assert.equal(has, false)
    })

    test('that cannot be read fails alone', async () => {
      const [broken, whole] = [aTrace({ events: [{ event: 'x', values: null }] }), aTrace()]
      await traces().keep([whole])
      await store.transact(tx => tx.traces.put([broken]))
      const replies = await traces().index([broken.id, whole.id], SIGNAL)
      assert.deepEqual(replies.map(({ kind }) => kind), ['failed', 'indexed'])
    })

    test('are purged oldest first with their index rows, so many at a time', async () => {
      const made = []
      for (let nth = 0; nth < 4; nth++) {
        made.push(aTrace())
        await clock.advance(MINUTE_MS)
      }
      await traces().keep(made)
      await traces().index(made.map(({ id }) => id), SIGNAL)
      const purge = (limit: number): Promise<number> => store.transact(tx => purgeTraces(tx, clock.now() - MINUTE_MS, limit))
      assert.deepEqual([await purge(2), await purge(2), await purge(2)], [2, 1, 0])
      assert.deepEqual(await find('elsewhere'), [made[3]?.id])
      assert.deepEqual(await store.read(tx => tx.traces.query({ beforeId: firstIdAt(clock.now()) }, { ascending: true, limit: 10 })), [made[3]?.id])
    })

    test('are all kept, or none of a batch', async () => {
      const failing = new Traces({ store, enqueue: () => Promise.reject(new RotaError('store/full', 'planted')) })
      const [before, trace] = [await counters(), aTrace()]
      await assert.rejects(failing.keep([trace]), { code: 'store/full' })
      assert.deepEqual([await store.read(tx => storedTraces.get(tx, [trace.id])), await counters()], [[], before])
    })
  })
}
