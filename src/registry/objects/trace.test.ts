import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { at, openRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { MethodError } from '../method.ts'
import type { TraceData } from './trace.ts'

const ANN = 'ann@elsewhere.example'
const BOB = 'bob@example.org'
const MINUTE_MS = 60_000
const failsWith = (type: string) => (error: unknown) => error instanceof MethodError && error.type === type

describe('Trace', () => {
  let test: TestRegistry
  let [first, second, third]: readonly Id[] = []
  /** Traces of three minutes, of which the words are indexed. */
  beforeEach(async () => {
    test = await openRegistry()
    const made: TraceData[] = []
    for (const more of [{}, { recipients: [BOB, 'eve@example.org'], size: 0 }, { from: '' }]) {
      made.push({ id: test.ids.next(), from: ANN, recipients: [BOB], size: 700, events: [{
        event: 'smtp.connection-start', at: test.clock.now(), values: { remoteIp: '192.0.2.7', remotePort: 1025 },
      }, { event: 'smtp.rcpt-to-rejected', at: test.clock.now() + 1_000, values: { to: BOB, code: 550, reason: '5.1.1 no such mailbox here' } }], ...more })
      await test.clock.advance(MINUTE_MS)
    }
    ;[first, second, third] = made.map(({ id }) => id)
    await test.keepTraces(made)
  })
  const query = (filter: JsonObject, more: JsonObject = {}) => test.query('Trace', { filter, ...more })

  it('says who wrote to whom from where, and what happened in which order', async () => {
    assert.deepEqual(await test.get('Trace', second ?? ''), {
      id: second, timestamp: '2026-01-01T00:01:00Z', from: ANN, to: `${BOB}, eve@example.org`, size: 0,
      events: {
        0: { event: 'smtp.connection-start', timestamp: '2026-01-01T00:01:00Z', keyValues: {
          0: { key: 'remoteIp', value: { '@type': 'IpAddr', value: '192.0.2.7' } }, 1: { key: 'remotePort', value: { '@type': 'UnsignedInt', value: 1025 } },
        } },
        1: { event: 'smtp.rcpt-to-rejected', timestamp: '2026-01-01T00:01:01Z', keyValues: {
          0: { key: 'to', value: { '@type': 'String', value: BOB } }, 1: { key: 'code', value: { '@type': 'UnsignedInt', value: 550 } },
          2: { key: 'reason', value: { '@type': 'String', value: '5.1.1 no such mailbox here' } },
        } },
      },
    })
    assert.deepEqual((await test.call('Trace/get', { ids: ['nonsense', test.ids.next()] }))['list'], [])
  })

  it('shows so much of a long list of recipients, and finds all of them', async () => {
    const recipients = Array.from({ length: 100 }, (_, nth) => `recipient${nth}@example.org`)
    const id = test.ids.next()
    await test.store.transact(tx => tx.traces.put([{ id, from: ANN, recipients, size: 1, events: [] }]))
    const to = String((await test.get('Trace', id))['to'])
    assert.ok(to.length === 1_000 && to.endsWith('…') && to.startsWith('recipient0@example.org, recipient1@'))
    assert.deepEqual(await query({ to: 'recipient99@example.org' }), [id])
  })

  it('is found in the order of time, newest first, in pages by key and by position', async () => {
    assert.deepEqual(await query({}), [third, second, first])
    assert.deepEqual(await query({}, { sort: [{ property: 'timestamp' }] }), [first, second, third])
    assert.deepEqual(await query({}, { anchor: third ?? '', anchorOffset: 1, limit: 1 }), [second])
    assert.deepEqual(await query({}, { position: 1, limit: 1 }), [second])
    assert.deepEqual(await query({}, { position: -1 }), [first])
    assert.deepEqual(await query({ text: 'elsewhere' }, { anchor: second ?? '', anchorOffset: 1 }), [first])
    await assert.rejects(query({}, { sort: [{ property: 'size' }] }), failsWith('unsupportedSort'))
    // What a page ended with may be gone when the next one is asked for.
    await test.call('Trace/set', { destroy: [second ?? ''] })
    assert.deepEqual(await query({}, { anchor: second ?? '', anchorOffset: 1 }), [first])
    assert.deepEqual(await query({}, { anchor: 'nonsense' }), [third, first])
  })

  it('is found by each of its conditions, alone and together', async () => {
    const cases: readonly [JsonObject, readonly (Id | undefined)[]][] = [
      [{ from: ANN }, [second, first]], [{ from: ANN.toUpperCase() }, [second, first]], [{ from: '' }, [third]], [{ from: BOB }, []],
      [{ to: BOB }, [third, second, first]], [{ to: 'Eve@Example.org' }, [second]], [{ to: ANN }, []],
      [{ text: 'elsewhere' }, [second, first]], [{ text: 'mailbox 192.0.2.7' }, [third, second, first]], [{ text: 'heron' }, []],
      [{ text: 'eve', from: ANN, to: BOB }, [second]],
      [{ timestamp: '2026-01-01T00:01:00Z' }, [second]],
      [{ timestampIsGreaterThan: '2026-01-01T00:00:00Z' }, [third, second]],
      [{ timestampIsGreaterThanOrEqual: '2026-01-01T00:00:00Z', timestampIsLessThan: '2026-01-01T00:02:00Z' }, [second, first]],
      [{ timestampIsGreaterThan: '2026-01-02T00:00:00Z', timestampIsLessThan: '2026-01-01T00:00:00Z' }, []],
      [{ text: 'elsewhere', timestampIsGreaterThan: '2026-01-01T00:00:30Z' }, [second]],
      [{ operator: 'AND', conditions: [{ text: 'elsewhere' }, { text: 'eve' }] }, [second]],
      [{ operator: 'AND', conditions: [{ from: ANN }, { from: BOB }] }, []],
    ]
    for (const [filter, expected] of cases) {
      assert.deepEqual(await query(filter), expected, JSON.stringify(filter))
      const counted = await test.call('Trace/query', { filter, calculateTotal: true, limit: 1 })
      assert.equal(counted['total'], expected.length, JSON.stringify(filter))
    }
    for (const filter of [{ size: 700 }, { from: 7 }, { text: 'x'.repeat(201) }, { timestamp: 'yesterday' }, { to: null }]) {
      await assert.rejects(query(filter), failsWith('unsupportedFilter'), JSON.stringify(filter))
    }
  })

  it('is destroyed with what finds it, and neither made nor changed', async () => {
    const reply = await test.call('Trace/set', { create: { a: {} }, update: { [first ?? '']: { size: 1 } }, destroy: [second ?? '', 'nonsense'] })
    const types = [at(reply, 'notCreated', 'a', 'type'), at(reply, 'notUpdated', first ?? '', 'type'), at(reply, 'notDestroyed', 'nonsense', 'type')]
    assert.deepEqual([types, reply['destroyed']], [['forbidden', 'forbidden', 'notFound'], [second]])
    assert.deepEqual([await query({}), await query({ text: 'eve' })], [[third, first], []])
  })

  it('is for those who may read the audit log, and destroyed by an administrator', async () => {
    const { roles } = test.objects
    const asks = async (role: keyof typeof roles, name: string, args: JsonObject): Promise<Json | undefined> => {
      try {
        return await test.call(name, args, test.context(test.principal(roles[role])))
      } catch (error) {
        assert.ok(error instanceof MethodError)
        return error.type
      }
    }
    for (const role of ['User', 'Operator'] as const) {
      assert.equal(await asks(role, 'Trace/query', {}), 'forbidden', role)
      assert.equal(await asks(role, 'Trace/get', { ids: [first ?? ''] }), 'forbidden', role)
    }
    for (const role of ['User', 'Operator', 'ReadOnly'] as const) {
      const reply = await asks(role, 'Trace/set', { destroy: [first ?? ''] })
      assert.equal(reply === 'forbidden' ? reply : at(reply, 'notDestroyed', first ?? '', 'type'), 'forbidden', role)
    }
    assert.deepEqual(at(await asks('ReadOnly', 'Trace/query', {}), 'ids'), [third, second, first])
    assert.deepEqual(at(await asks('Admin', 'Trace/set', { destroy: [first ?? ''] }), 'destroyed'), [first])
  })
})
