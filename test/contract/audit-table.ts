/** What every store promises of the audit log. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import type { AuditEntry, AuditFilter, AuditPage } from '../../src/registry/ports.ts'
import type { Store } from '../../src/store/store.ts'

const ids = idSource(13, systemClock)

function anEntry(fields: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id: ids.next(), at: 1_000_000, action: 'Update', objectName: 'Sample', objectId: ids.next(), actorId: ids.next(),
    actorName: 'jane@example.org', via: 'password', remote: '192.0.2.1', before: '{"a":1}', after: '{"a":2}', ...fields,
  }
}

export function auditTableContract(store: () => Store): void {
  const append = (...entries: AuditEntry[]): Promise<void> =>
    store().transact(async tx => { for (const entry of entries) await tx.audit.append(entry) })
  const query = (filter: AuditFilter, page: Partial<AuditPage> = {}): Promise<string[]> =>
    store().read(tx => tx.audit.query(filter, { ascending: false, limit: 100, ...page }))
  const idsOf = (entries: readonly AuditEntry[]): string[] => entries.map(({ id }) => id)

  describe('the audit log', () => {
    test('keeps every field, in the order of the ids that are asked for', async () => {
      const whole = anEntry({ after: JSON.stringify({ text: 'NUL \0 and \ud800, 😀' }) })
      const bare = anEntry({ actorId: null, via: null, remote: null, before: null, after: null, action: 'Destroy' })
      await append(whole, bare)
      assert.deepEqual(await store().read(tx => tx.audit.get([bare.id, 'nobody', '\0', whole.id])), [bare, whole])
    })

    test('keeps what no database could', async () => {
      const entry = anEntry({ actorName: 'a\0b', via: '\ud800', remote: '\0' })
      await append(entry)
      const [kept] = await store().read(tx => tx.audit.get([entry.id]))
      assert.deepEqual([kept?.actorName, kept?.via, kept?.remote], ['a\uFFFDb', '\uFFFD', '\uFFFD'])
    })

    test('is gone with the transaction that it was written in', async () => {
      const entry = anEntry()
      await assert.rejects(store().transact(async tx => {
        await tx.audit.append(entry)
        throw new Error('no')
      }), /no/)
      assert.deepEqual(await store().read(tx => tx.audit.get([entry.id])), [])
    })

    test('is read by time, then by id, in pages by key and by position', async () => {
      const objectName = `Pages${ids.next()}`
      const early = anEntry({ objectName, at: 5 })
      const tied = Array.from({ length: 4 }, () => anEntry({ objectName, at: 9 }))
      const late = anEntry({ objectName, at: 11 })
      await append(late, ...tied.toReversed(), early)
      const all = idsOf([early, ...tied, late])
      assert.deepEqual(await query({ objectName }, { ascending: true }), all)
      assert.deepEqual(await query({ objectName }), all.toReversed())
      const after = { at: 9, id: all[2] ?? '' }
      assert.deepEqual(await query({ objectName }, { ascending: true, after, limit: 2 }), all.slice(3, 5))
      assert.deepEqual(await query({ objectName }, { after }), [all[1], all[0]])
      assert.deepEqual(await query({ objectName }, { after, position: 1 }), [all[0]])
      assert.deepEqual(await query({ objectName }, { position: 4 }), [all[1], all[0]])
    })

    test('is found by every condition that is given, and counted so', async () => {
      const objectName = `Filter${ids.next()}`
      const a = anEntry({ objectName, at: 10, action: 'Create' })
      const b = anEntry({ objectName, at: 20, objectId: a.objectId })
      const c = anEntry({ objectName, at: 30, actorId: a.actorId, action: 'Destroy' })
      const d = anEntry({ objectName, at: 40, actorId: null })
      await append(a, b, c, d)
      const actorId = a.actorId ?? ''
      const cases: [AuditFilter, AuditEntry[]][] = [
        [{}, [d, c, b, a]], [{ atMin: 20 }, [d, c, b]], [{ atMax: 20 }, [b, a]], [{ atMin: 15, atMax: 25 }, [b]],
        [{ objectId: a.objectId }, [b, a]], [{ actorId }, [c, a]], [{ action: 'Update' }, [d, b]],
        [{ action: 'Create', actorId, objectId: a.objectId, atMin: 10, atMax: 10 }, [a]],
        [{ action: 'Create', atMin: 11 }, []], [{ objectId: '\0' }, []], [{ actorId: '\ud800' }, []],
      ]
      for (const [filter, expected] of cases) {
        const whole = { objectName, ...filter }
        assert.deepEqual(await query(whole), idsOf(expected), JSON.stringify(filter))
        assert.equal(await store().read(tx => tx.audit.count(whole)), expected.length, JSON.stringify(filter))
      }
      assert.deepEqual(await query({ objectName: 'filter' }), [])
    })

    test('is purged oldest first, so many at a time', async () => {
      const objectName = `Purge${ids.next()}`
      const purge = (limit: number): Promise<number> => store().transact(tx => tx.audit.purge(100, limit))
      const old = Array.from({ length: 5 }, (_, nth) => anEntry({ objectName, at: nth }))
      const young = anEntry({ objectName, at: 100 })
      while (await purge(1_000) > 0) continue
      await append(young, ...old)
      assert.equal(await purge(3), 3)
      assert.deepEqual(await query({ objectName }), idsOf([young, ...old.slice(3).toReversed()]))
      assert.equal(await purge(100), 2)
      assert.equal(await purge(100), 0)
      assert.deepEqual(await query({ objectName }), [young.id])
    })
  })
}
