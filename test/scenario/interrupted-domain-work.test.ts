/** Tasks of domains, interrupted at every step of their work: the end is the same, however it went. */
import assert from 'node:assert/strict'
import { DKIM_SIGNATURE, dkimSignatureRow } from '../../src/registry/objects/dkim-signature.ts'
import { formatDate } from '../../src/registry/values/date.ts'
import { newDkimKey } from '../../src/services/dkim/dkim-key.ts'
import { sameEndHowever } from '../support/interruptions.ts'

const DOMAIN = '00000000000do'
const DAY_MS = 86_400_000
const DKIM = {
  '@type': 'Automatic', algorithms: { Dkim1Ed25519Sha256: true }, selectorTemplate: 'k', rotateAfter: 90 * DAY_MS, retireAfter: 7 * DAY_MS, deleteAfter: 30 * DAY_MS,
}
const key = await newDkimKey('Dkim1Ed25519Sha256')

sameEndHowever('DkimManagement', {
  async prepare({ store, ids, clock }) {
    await store.transact(async ({ objects }) => {
      await objects.insert('Domain', DOMAIN, { name: 'example.org', dnsManagement: { '@type': 'Manual' }, dkimManagement: DKIM }, [], [])
      for (const [selector, stage] of [['old', 'pending'], ['older', 'retired'], ['oldest', 'retired']] as const) {
        const body = {
          '@type': selector === 'old' ? 'Dkim1RsaSha256' : 'Dkim1Ed25519Sha256', domainId: DOMAIN, selector, stage, privateKey: { '@type': 'Text', secret: key.pem }, publicKey: key.record,
          createdAt: formatDate(clock.now()), nextTransitionAt: formatDate(clock.now()),
        }
        const { index, links } = dkimSignatureRow(body)
        await objects.insert(DKIM_SIGNATURE, ids.next(), body, index, links)
      }
    })
    return { variant: 'DkimManagement', payload: { domainId: DOMAIN } }
  },
  async state({ store }) {
    return store.read(async ({ objects, tasks }) => {
      const all = await objects.get(DKIM_SIGNATURE, await objects.query(DKIM_SIGNATURE, { where: [], ascending: true, limit: 10 }))
      // Who made which is not the same each time, so neither is their order.
      const keys = all.map(({ body: { selector, stage } }) => `${String(selector)} ${String(stage)}`).toSorted()
      assert.deepEqual([keys, await tasks.count({})], [['k active', 'old active'], 0])
      return keys
    })
  },
}, 5)
