import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AcmeWorld } from '../../test/support/acme-world.ts'
import { idSource } from '../base/ids.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import { Catalogue } from '../engine/catalogue.ts'
import type { TaskPage } from '../engine/ports/task.ts'
import { writeProofs } from '../services/acme/records.ts'
import { VARIANTS } from '../tasks/catalogue.ts'
import { lanes } from '../tasks/lanes.ts'
import { makeMissingRenewals } from './missing-renewals.ts'

const ALL: TaskPage = { order: { property: 'due', ascending: true }, limit: 1_000 }
const { signal } = new AbortController()

async function renewedDomain() {
  const clock = new VirtualClock()
  const world = await AcmeWorld.open(clock, { directory: 'https://authority.example/' })
  const { store, domainId } = world
  const ids = idSource(2, clock)
  const deps = { store, catalogue: new Catalogue(VARIANTS, lanes()), ids }
  return {
    store, domainId, ids, clock,
    look: () => makeMissingRenewals(deps, signal),
    /** `queries`: of tasks. */
    lookAndCount: async () => {
      let queries = 0
      const read: typeof store.read = work => store.read(tx => work({
        ...tx, tasks: { ...tx.tasks, query: (filter, page) => { queries++; return tx.tasks.query(filter, page) } },
      }))
      const made = await makeMissingRenewals({ ...deps, store: { read, transact: work => store.transact(work), now: () => store.now() } }, signal)
      return { made, queries }
    },
    deps,
    tasks: () => store.read(async ({ tasks }) => tasks.get(await tasks.query({ variants: ['AcmeRenewal'] }, ALL))),
    changeDomain: (certificateManagement: { '@type': string }) => store.transact(async ({ objects }) => {
      const [domain] = await objects.get('Domain', [domainId])
      assert.ok(domain)
      await objects.update('Domain', domainId, domain.version, { ...domain.body, certificateManagement }, [], [])
    }),
  }
}

test('a renewal that somebody has destroyed is made again, once', async () => {
  const { look, tasks, domainId, store, clock } = await renewedDomain()
  assert.equal(await look(), 1)
  const [task] = await tasks()
  assert.deepEqual([task?.payload, task?.lane, task?.due], [{ domainId }, 'acme', clock.now()])
  assert.equal(await look(), 0)
  await store.transact(({ tasks: table }) => table.destroy(task?.id ?? ''))
  assert.equal(await look(), 1)
})

test('one that has failed waits for somebody, and counts', async () => {
  const { look, tasks, domainId, store, clock } = await renewedDomain()
  await look()
  const [task] = await tasks()
  assert.ok(task)
  const failed = { status: 'Failed', due: 0, attempt: 1, firstFailedAt: clock.now(), failedAt: clock.now(), failureReason: 'refused' } as const
  assert.equal(await store.transact(({ tasks: table }) => table.edit(task.id, task.version, { state: failed })), 'applied')
  assert.equal(await look(), 0)
  await store.transact(tx => writeProofs(tx, domainId, [{ dnsServerId: 'd', zone: 'example.org', owner: 'a.example.org', value: 'v', since: clock.now() }]))
  assert.deepEqual([await look(), await look()], [1, 0], 'it takes no proof away that is still in DNS')
})

test('of a domain that is looked after by hand only a proof is taken away that was left in DNS', async () => {
  const { look, tasks, domainId, store, changeDomain, clock } = await renewedDomain()
  await changeDomain({ '@type': 'Manual' })
  assert.equal(await look(), 0)
  await store.transact(tx => writeProofs(tx, domainId, [{ dnsServerId: 'd', zone: 'example.org', owner: 'a.example.org', value: 'v', since: clock.now() }]))
  assert.equal(await look(), 1)
  assert.deepEqual((await tasks()).map(({ payload }) => payload), [{ domainId }])
})

test('of many domains each is looked at, with a few questions when nothing is missing, and no longer than until it is to stop', async () => {
  const { look, lookAndCount, deps, domainId, store, ids } = await renewedDomain()
  await store.transact(async ({ objects }) => {
    const [domain] = await objects.get('Domain', [domainId])
    for (let nth = 0; nth < 450; nth++) {
      const body = { ...domain?.body, name: `d${nth}.example`, ...nth % 2 === 0 ? {} : { certificateManagement: { '@type': 'Manual' } } }
      await objects.insert('Domain', ids.next(), body, [], [])
    }
  })
  const stop = new AbortController()
  const transact: typeof store.transact = work => { stop.abort(); return store.transact(work) }
  assert.equal(await makeMissingRenewals({ ...deps, store: { read: work => store.read(work), transact, now: () => store.now() } }, stop.signal), 1)
  assert.equal(await look(), 225)
  assert.deepEqual(await lookAndCount(), { made: 0, queries: 2 }, 'one for the domains, one for the proofs')
})

test('more tasks than one page has are all seen', async () => {
  const { look, lookAndCount, domainId, store, ids } = await renewedDomain()
  await store.transact(async ({ objects }) => {
    const [domain] = await objects.get('Domain', [domainId])
    for (let nth = 0; nth < 1_100; nth++) await objects.insert('Domain', ids.next(), { ...domain?.body, name: `d${nth}.example` }, [], [])
  })
  assert.deepEqual([await look(), await lookAndCount()], [1_101, { made: 0, queries: 4 }])
})
