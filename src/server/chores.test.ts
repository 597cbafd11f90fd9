import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { idSource } from '../base/ids.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import { ARCHIVED_ITEM, moveExpiry } from '../registry/objects/archived-item.ts'
import type { Retention } from '../registry/objects/data-retention.ts'
import { beginGrant } from '../services/auth/oauth/grants.ts'
import { openMemoryStore } from '../store/memory/store.ts'
import type { Store } from '../store/store.ts'
import { chores } from './chores.ts'

const DAY_MS = 86_400_000
const NEVER_ENDING = new AbortController().signal

describe('chores', () => {
  let store: Store
  const clock = new VirtualClock()
  const ids = idSource(1, clock)
  let kept: Retention = { archiveDeletedItemsFor: null, archiveDeletedAccountsFor: null, holdTaskRunsFor: 30 * DAY_MS, holdAuditFor: null }
  const run = async (name: string, signal = NEVER_ENDING, over = store): Promise<void> => {
    const chore = chores(over, () => Promise.resolve(kept)).find(each => each.name === name)
    assert(chore, `no chore ${name}`)
    await chore.run(signal)
  }
  beforeEach(async () => { store = await openMemoryStore({ clock }) })
  afterEach(() => store.close())

  test('removing in parts ends after the part during which it is told to', async () => {
    const end = new AbortController()
    let parts = 0
    // There is always more to remove.
    const endless: Store = { ...store, transact: async work => store.transact(tx => work({ ...tx, keys: {
      ...tx.keys,
      removeExpired: async max => {
        if (++parts === 3) end.abort()
        return parts > 10 ? 0 : max
      },
    } })) }
    await run('expired keys', end.signal, endless)
    assert.equal(parts, 3)
  })

  test('the history is kept as long as the settings say at that moment', async () => {
    const taskId = ids.next()
    const startedDaysAgo = async (): Promise<number[]> => {
      const records = await store.read(tx => tx.runs.query({ taskId }, { ascending: false, limit: 10 }))
      return records.map(({ startedAt }) => (clock.now() - startedAt) / DAY_MS).toSorted((a, b) => a - b)
    }
    await store.transact(tx => tx.runs.record([1, 29, 31, 400].map(days => ({
      id: ids.next(), taskId, variant: 'StoreMaintenance', accountId: null, nodeId: 1,
      startedAt: clock.now() - days * DAY_MS, durationMs: 1, attempt: 0, outcome: 'done' as const, error: null,
    })), []))
    kept = { ...kept, holdTaskRunsFor: null }
    await run('run history')
    assert.deepEqual(await startedDaysAgo(), [1, 29, 31, 400])
    kept = { ...kept, holdTaskRunsFor: 30 * DAY_MS }
    await run('run history')
    assert.deepEqual(await startedDaysAgo(), [1, 29])
    kept = { ...kept, holdTaskRunsFor: 2 * DAY_MS }
    await run('run history')
    assert.deepEqual(await startedDaysAgo(), [1])
  })

  test('the audit log likewise', async () => {
    const entries = [1, 300, 400].map(days => ({ id: ids.next(), days }))
    const left = async (): Promise<number[]> => {
      const found = await store.read(tx => tx.audit.get(entries.map(({ id }) => id)))
      return entries.filter(({ id }) => found.some(entry => entry.id === id)).map(({ days }) => days)
    }
    await store.transact(async tx => {
      for (const { id, days } of entries) {
        await tx.audit.append({
          id, at: clock.now() - days * DAY_MS, action: 'Update', objectName: 'TaskManager', objectId: 'singleton',
          actorId: null, actorName: 'somebody', via: null, remote: null, before: null, after: null,
        })
      }
    })
    await run('audit log')
    assert.deepEqual(await left(), [1, 300, 400])
    kept = { ...kept, holdAuditFor: 365 * DAY_MS }
    await run('audit log')
    assert.deepEqual(await left(), [1, 300])
  })

  test('console logins that are over go, and no others', async () => {
    const dayOld = async (days: number): Promise<string> => {
      const login = { accountId: ids.next(), clientId: 'rota-webui', remote: '', password: '', passwords: '', logout: '' }
      const grant = await store.transact(tx => beginGrant(tx, ids.next(), login, clock.now() - days * DAY_MS))
      return grant.id
    }
    const [over, , fresh] = [await dayOld(8), await dayOld(7), await dayOld(6)]
    await run('console logins')
    const left = await store.read(tx => tx.objects.query('OAuthGrant', { where: [], ascending: true, limit: 10 }))
    assert.deepEqual([left, left.includes(over)], [[fresh], false])
  })

  test('archived items go when their time is over', async () => {
    const untilDay = (days: number): string => new Date(clock.now() + days * DAY_MS).toISOString().replace(/\.\d+/, '')
    const made = [-1, 1].map(days => ({ id: ids.next(), body: { '@type': 'Email', accountId: ids.next(), blobId: 'b', status: 'archived', archivedUntil: untilDay(days) } }))
    await store.transact(async tx => {
      for (const { id, body } of made) {
        await tx.objects.insert(ARCHIVED_ITEM, id, body, [], [])
        await moveExpiry(tx, id, body, null)
      }
    })
    await run('archived items')
    const left = await store.read(tx => tx.objects.get(ARCHIVED_ITEM, made.map(({ id }) => id)))
    assert.deepEqual(left.map(({ id }) => id), [made[1]?.id])
  })
})
