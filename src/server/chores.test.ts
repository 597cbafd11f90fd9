import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { overAndNot, whatIsLeft } from '../../test/support/over-data.ts'
import { idSource } from '../base/ids.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import { Catalogue } from '../engine/catalogue.ts'
import { openMemoryStore } from '../store/memory/store.ts'
import type { Store } from '../store/store.ts'
import { VARIANTS } from '../tasks/catalogue.ts'
import { lanes } from '../tasks/lanes.ts'
import { chores } from './chores.ts'

describe('chores', () => {
  let store: Store
  const clock = new VirtualClock()
  const run = async (name: string, signal = new AbortController().signal, over = store): Promise<void> => {
    const chore = chores({ store: over, catalogue: new Catalogue(VARIANTS, lanes()), ids: idSource(1, clock) }).find(each => each.name === name)
    assert(chore, `no chore ${name}`)
    await chore.run(signal)
  }
  beforeEach(async () => { store = await openMemoryStore({ clock }) })
  afterEach(() => store.close())

  test('expired keys go, and everything else waits for its schedule', async () => {
    await overAndNot({ store, clock })
    await run('expired keys')
    assert.deepEqual(await whatIsLeft({ store }), { keys: ['fresh'], logins: 3, archived: 3, samples: 3, runs: 3, audit: 3, traces: 3, metrics: 3 })
  })

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
})
