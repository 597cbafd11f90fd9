/**
 * The process is killed at every step of what is done to stored content. Afterwards nothing that is in use is missing, what was
 * acknowledged is there, and what was left behind is gone after the next purge past the grace.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { EMAIL } from '../../src/services/mailstore/mailstore.ts'
import type { EmailRecord } from '../../src/services/mailstore/mailstore.ts'
import { BLOB_SHARDS } from '../../src/services/ports.ts'
import { openPostgresStore } from '../../src/store/postgres/store.ts'
import { openSqliteStore } from '../../src/store/sqlite/store.ts'
import type { Store } from '../../src/store/store.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'

const PROCESS = fileURLToPath(new URL('../support/killed-at-step.ts', import.meta.url))
const STEPS_MAX = 60
const ACCOUNTS = ['0000000000001', '0000000000002']
const LIMIT = 1_000

const folder = await mkdtemp(join(tmpdir(), 'rota-killed-'))
after(async () => {
  await stopSharedPostgres()
  await rm(folder, { recursive: true })
})

/** Whether it came to its end, and whether it had said by then that the thing was done. */
function play(kind: string, where: string, thing: string, name: string, step: number): Promise<{ readonly killed: boolean; readonly done: boolean }> {
  // Each process loads the same sources, as others of the run have done.
  const env = { NODE_COMPILE_CACHE: join(folder, 'cache'), ...process.env }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [PROCESS, kind, where, thing, name, String(step)], { env }, (error, stdout, stderr) => {
      const killed = error?.signal === 'SIGKILL'
      if (error === null || killed) resolve({ killed, done: stdout === 'done\n' })
      else reject(new Error(stderr))
    })
  })
}

/** `preview`: the name under which a process stored it. */
interface Stored { readonly preview: string; readonly blobId: string }

async function storedBy(store: Store, accountId: string): Promise<Stored[]> {
  return store.read(async tx => {
    const ids = await tx.documents.list(accountId, EMAIL, LIMIT)
    return (await tx.documents.get(accountId, EMAIL, ids)).map(({ body }) => body as EmailRecord)
  })
}

/** Returns how many contents went, and how many are left. */
async function purge(store: Store, before: number): Promise<{ readonly removed: number; readonly left: number }> {
  let [removed, left] = [0, 0]
  for (let shardIndex = 0; shardIndex < BLOB_SHARDS; shardIndex++) {
    const part = await store.transact(tx => tx.blobs.purge(shardIndex, { before, after: '', limit: LIMIT }))
    removed += part.removed
    left += part.looked - part.removed
  }
  return { removed, left }
}

const KINDS = [
  { kind: 'sqlite', skip: false, where: async () => join(folder, 'data'), open: (dataDir: string) => openSqliteStore({ dataDir, clock: systemClock }) },
  {
    kind: 'postgres', skip: postgresMissing(), where: async () => (await sharedPostgres()).freshDatabase(),
    open: (url: string) => openPostgresStore({ url, clock: systemClock, log: silentLog }),
  },
] as const

for (const { kind, skip, where, open } of KINDS) {
  describe(`killed on ${kind}`, { skip }, () => {
    test('nothing in use is missing, and the next purge past the grace removes what was left behind', async () => {
      const place = await where()
      const acknowledged = new Set<string>()
      for (const thing of ['deliver', 'uploadAndImport', 'destroy', 'purge']) {
        let [step, killed] = [1, true]
        for (; killed; step++) {
          assert.ok(step < STEPS_MAX, `${thing} has no end`)
          const name = `${thing} ${step}`
          const end = await play(kind, place, thing, name, step)
          if (end.done) acknowledged.add(name)
          killed = end.killed
        }
        assert.ok(step > 4, `${thing} was killed at ${step - 2} steps only`)
      }
      const store = await open(place)
      try {
        const mail = new Map<string, Stored[]>()
        for (const accountId of ACCOUNTS) mail.set(accountId, await storedBy(store, accountId))
        const all = [...mail.values()].flat()
        assert.deepEqual(namesOf(mail.get('0000000000001'), 'deliver'), namesOf(mail.get('0000000000002'), 'deliver'), 'both recipients or none')
        for (const name of acknowledged) {
          const isThere = all.some(({ preview }) => preview === name)
          if (name.startsWith('deliver') || name.startsWith('upload')) assert.ok(isThere, name)
          if (name.startsWith('destroy')) assert.ok(!isThere, name)
        }
        const missing = async (): Promise<string[]> => {
          const absent = await store.read(async tx => Promise.all(all.map(async each => await tx.blobs.size(each.blobId) === null ? [each.preview] : [])))
          return absent.flat()
        }
        assert.deepEqual(await missing(), [])
        const { removed, left } = await purge(store, await store.now())
        assert.ok(removed > 10, `${removed} were left behind`)
        assert.equal(left, new Set(all.map(({ blobId }) => blobId)).size)
        assert.deepEqual(await missing(), [])
      } finally {
        await store.close()
      }
    })
  })
}

function namesOf(stored: readonly Stored[] = [], thing: string): string[] {
  return stored.map(({ preview }) => preview).filter(preview => preview.startsWith(thing)).toSorted()
}
