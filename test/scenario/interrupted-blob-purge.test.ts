/** purgeBlob, interrupted at every step of its work: what is in use stays, the rest is gone, however it went. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { BLOB_GRACE_MS } from '../../src/services/upkeep/blob-purge.ts'
import { sameEndHowever } from '../support/interruptions.ts'

const SHARD = 77
/** More than a transaction looks at, so that it can be interrupted in the middle. */
const LEFT_BEHIND = 600
const OWNER = { accountId: '00000000000an', collection: 'Email' }

const CONTENTS: Uint8Array[] = []
for (let nth = 0; CONTENTS.length < LEFT_BEHIND + 3; nth++) {
  const content = Buffer.from(`content ${nth}`)
  if (createHash('sha256').update(content).digest()[0] === SHARD) CONTENTS.push(content)
}
const hashOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('base64url')
const [linked = '', unlinked = '', uploaded = ''] = CONTENTS.map(hashOf)

test('StoreMaintenance purgeBlob, one shard', async () => {
  const calls = await sameEndHowever({
    async prepare({ store, ids, clock }) {
      await store.transact(async ({ blobs }) => {
        for (const content of CONTENTS) await blobs.put(content)
        for (const hash of [linked, unlinked]) await blobs.link(hash, { ...OWNER, id: '0000000000001' })
        await blobs.claim(uploaded, OWNER.accountId, ids.next())
      })
      await clock.advance(BLOB_GRACE_MS + 1)
      await store.transact(async ({ blobs }) => {
        await blobs.unlink(OWNER.accountId, OWNER.collection, [{ id: '0000000000001', hash: unlinked }])
        await blobs.claim(uploaded, OWNER.accountId, null)
      })
      return { variant: 'StoreMaintenance', payload: { maintenanceType: 'purgeBlob', shardIndex: SHARD } }
    },
    async state({ store }) {
      const sizes = await store.read(({ blobs }) => Promise.all(CONTENTS.map(content => blobs.size(hashOf(content)))))
      const left = CONTENTS.filter((_, nth) => sizes[nth] !== null).map(hashOf)
      assert.deepEqual(left, [linked, unlinked, uploaded])
      return left
    },
  })
  assert.ok(calls >= 2, `only ${calls} calls`)
})
