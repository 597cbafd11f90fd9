/** One transaction sees and undoes every table of registry and domain. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import type { Id } from '../../src/base/ids.ts'
import type { BlobOwner } from '../../src/services/ports.ts'
import type { Store, Tx } from '../../src/store/store.ts'

const ids = idSource(17, systemClock)
const NO_TERMS = { subject: [], from: [], to: [], cc: [], body: [] }

export function domainTransactionContract(store: () => Store): void {
  describe('domain transactions', () => {
    test('a rollback takes back the writes to every table', async () => {
      const account = ids.next()
      await assert.rejects(store().transact(async tx => {
        await writeEverywhere(tx, account, 1)
        assert.deepEqual(await lookEverywhere(tx, account), written(account, 1))
        throw new Error('rolled back on purpose')
      }), /rolled back on purpose/)
      assert.deepEqual(await store().read(tx => lookEverywhere(tx, account)),
        { object: null, key: null, document: null, indexed: 0, blob: false, found: [] })
    })

    test('a rollback brings back what was there before', async () => {
      const account = ids.next()
      await store().transact(tx => writeEverywhere(tx, account, 1))
      const before = await store().read(tx => lookEverywhere(tx, account))
      await assert.rejects(store().transact(async tx => {
        await tx.objects.remove('Rollback', account)
        await tx.keys.remove(`rollback/${account}`)
        await tx.documents.remove(account, 'email', [account])
        await tx.blobs.unlink(account, 'email', [{ id: account, hash: await tx.blobs.put(Buffer.from(account)) }])
        await tx.search.remove([ownerOf(account)])
        throw new Error('rolled back on purpose')
      }), /rolled back on purpose/)
      assert.deepEqual(await store().read(tx => lookEverywhere(tx, account)), before)
      assert.deepEqual(before, written(account, 1))
    })

    test('nobody sees a transaction before it commits, and everybody after', async () => {
      const account = ids.next()
      const look = (): Promise<unknown> => store().read(tx => lookEverywhere(tx, account))
      const nothing = await look()
      await store().transact(async tx => {
        await writeEverywhere(tx, account, 7)
        assert.deepEqual(await look(), nothing)
      })
      assert.deepEqual(await look(), written(account, 7))
    })

    test('a reader keeps its moment while others commit', async () => {
      const account = ids.next()
      await store().transact(tx => writeEverywhere(tx, account, 1))
      await store().read(async tx => {
        const before = await lookEverywhere(tx, account)
        await store().transact(async writer => {
          await writer.documents.remove(account, 'email', [account])
          await writer.keys.remove(`rollback/${account}`)
          await writer.search.remove([ownerOf(account)])
        })
        assert.deepEqual(await lookEverywhere(tx, account), before)
      })
    })

    test('two writers of the same accounts in opposite orders both get through', async () => {
      const accounts = Array.from({ length: 4 }, () => ids.next())
      const rounds = 2
      await Promise.all(Array.from({ length: rounds }, (_, round) => store().transact(async tx => {
        for (const account of round % 2 ? accounts : accounts.toReversed()) {
          const index = [{ name: 'round', value: '', sort: round }]
          await tx.documents.put(account, 'email', account, { round }, index)
          await tx.keys.put(`rollback/${account}`, { round }, null)
          await tx.search.put([{ ...ownerOf(account), fields: { ...NO_TERMS, body: [`w${round}`] } }])
        }
      })))
      for (const account of accounts) {
        const [document] = await store().read(tx => tx.documents.get(account, 'email', [account]))
        assert.equal(document?.modseq, rounds)
        const round = document.body['round']
        assert.deepEqual(await store().read(tx => tx.keys.get(`rollback/${account}`)), { round })
        const last = { kind: 'term', anyOf: [`w${String(round)}`] } as const
        assert.deepEqual(await store().read(tx => tx.search.query(account, 'email', last, 1)), [account])
      }
    })
  })
}

function ownerOf(account: Id): BlobOwner {
  return { accountId: account, collection: 'email', id: account }
}

/** What lookEverywhere sees of writeEverywhere. */
function written(account: Id, value: number): object {
  return { object: value, key: value, document: value, indexed: 1, blob: true, found: [account] }
}

async function writeEverywhere(tx: Tx, account: Id, value: number): Promise<void> {
  const owner = ownerOf(account)
  const [stored] = await tx.objects.get('Rollback', [account])
  const index = [{ field: 'account', value: account, unique: true }]
  const reply = stored
    ? await tx.objects.update('Rollback', account, stored.version, { value }, index, [])
    : await tx.objects.insert('Rollback', account, { value }, index, [])
  assert.equal(reply.kind, 'written')
  await tx.keys.put(`rollback/${account}`, { value }, null)
  await tx.documents.put(account, 'email', account, { value }, [{ name: 'box', value: 'in', sort: value }])
  await tx.blobs.link(await tx.blobs.put(Buffer.from(account)), owner)
  await tx.search.put([{ ...owner, fields: { ...NO_TERMS, body: [`w${value}`, 'word'] } }])
}

async function lookEverywhere(tx: Tx, account: Id): Promise<object> {
  const [object] = await tx.objects.get('Rollback', [account])
  const [document] = await tx.documents.get(account, 'email', [account])
  return {
    object: object?.body['value'] ?? null,
    key: (await tx.keys.get(`rollback/${account}`))?.['value'] ?? null,
    document: document?.body['value'] ?? null,
    indexed: await tx.documents.count(account, 'email', 'box', 'in'),
    blob: await tx.blobs.readable(createHash('sha256').update(account).digest('base64url'), account),
    found: await tx.search.query(account, 'email', { kind: 'term', anyOf: ['word'] }, 10),
  }
}
