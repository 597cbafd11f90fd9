import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../base/virtual-clock.ts'
import { openMemoryStore } from '../store/memory/store.ts'
import type { Store } from '../store/store.ts'
import { chores } from './chores.ts'

test('removing in parts ends after the part during which it is told to', async () => {
  const store = await openMemoryStore({ clock: new VirtualClock() })
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
  await chores(endless).find(chore => chore.name === 'expired keys')?.run(end.signal)
  assert.equal(parts, 3)
  await store.close()
})
