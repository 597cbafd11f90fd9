/**
 * A process that does one thing to stored content and is killed at one of its steps, for good (SIGKILL). A step is a call that
 * writes to a table (before one that reads, all is as after the step before), and the moments before and after each commit. What
 * comes before the thing itself is no step.
 * Arguments: `sqlite` and a data folder, or `postgres` and a URL; what to do; a name for what it stores; the step.
 * Ends with 0 when it has fewer steps, and says `done` on stdout once the thing was acknowledged.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { systemClock } from '../../src/base/clock.ts'
import { idSource, type Id } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import { Catalogue } from '../../src/engine/catalogue.ts'
import { buildMail, type Mail } from '../../src/server/mail.ts'
import { INBOX_ID } from '../../src/services/mailstore/mailstore.ts'
import { BLOB_GRACE_MS, BlobPurge } from '../../src/services/upkeep/blob-purge.ts'
import { openPostgresStore } from '../../src/store/postgres/store.ts'
import { openSqliteStore } from '../../src/store/sqlite/store.ts'
import type { Store, Tx } from '../../src/store/store.ts'
import { VARIANTS } from '../../src/tasks/catalogue.ts'
import { lanes } from '../../src/tasks/lanes.ts'
import { shardOf } from './blobs.ts'
import { plainMail } from './mail-samples.ts'

const FIRST: Id = '0000000000001'
const SECOND: Id = '0000000000002'
const NODE_ID = 9
const PLACEMENT = { mailboxIds: [INBOX_ID], keywords: [], receivedAt: null }

const READS = new Set(['get', 'size', 'readable', 'scan', 'count', 'list', 'modseq', 'query'])

// One that is killed leaves nothing of it to the next otherwise.
flushCompileCache()

const [kind, where = '', thing = '', name = '', step = '0'] = process.argv.slice(2)
const clock = systemClock
const store = kind === 'sqlite'
  ? await openSqliteStore({ dataDir: where, clock })
  : await openPostgresStore({ url: where, clock, log: silentLog })

/** 0: nothing counts yet. */
let left = 0
function pass(): void {
  if (left > 0 && --left === 0) process.kill(process.pid, 'SIGKILL')
}

const stepping: Store = {
  ...store,
  async transact(work) {
    const result = await store.transact(async tx => {
      const done = await work(everyCall(tx))
      pass()
      return done
    })
    pass()
    return result
  },
}

function everyCall(tx: Tx): Tx {
  const tables = Object.entries(tx).map(([table, calls]) => [table, new Proxy(calls as object, {
    get(target, property) {
      const call: unknown = Reflect.get(target, property)
      if (typeof call !== 'function' || READS.has(String(property))) return call
      return (...args: unknown[]): unknown => {
        pass()
        return Reflect.apply(call, target, args)
      }
    },
  })])
  return Object.fromEntries(tables) as Tx
}

const mail = buildMail(stepping, new Catalogue(VARIANTS, lanes()), idSource(NODE_ID, clock), clock)
await store.transact(async tx => {
  for (const id of [FIRST, SECOND]) {
    if ((await tx.objects.get('Account', [id])).length === 0) await tx.objects.insert('Account', id, {}, [], [])
  }
})
// With their mailboxes, which come with the first change.
for (const id of [FIRST, SECOND]) await store.transact(tx => mail.mailStore.update(tx, id, () => Promise.resolve()))
const THINGS: Readonly<Record<string, (of: Mail) => Promise<() => Promise<unknown>>>> = { deliver, uploadAndImport, destroy, purge }
const prepared = await THINGS[thing]?.(mail)
assert(prepared, `what is ${thing}?`)
left = Number(step)
await prepared()
writeSync(1, 'done\n')
await store.close()

async function deliver({ delivery }: Mail) {
  return () => delivery.deliver({ recipients: [recipient(FIRST), recipient(SECOND)], content: plainMail(name) })
}

async function uploadAndImport({ uploads, imports }: Mail) {
  return async () => {
    const blobId = await uploads.store(FIRST, FIRST, plainMail(name))
    const message = await imports.read(FIRST, FIRST, blobId)
    if (message) await imports.update(FIRST, (_tx, add) => add(message, PLACEMENT))
  }
}

async function destroy({ delivery, mailStore }: Mail, content = plainMail(name)) {
  const [own] = await delivery.deliver({ recipients: [recipient(FIRST)], content })
  assert(own?.kind === 'delivered')
  return () => stepping.transact(tx => mailStore.update(tx, FIRST, async account => {
    await account.remove(await mailStore.emails(tx, FIRST, [own.id]))
  }))
}

/** Of the shards of what is destroyed, what is uploaded for nothing, and what is kept. */
async function purge({ delivery, uploads }: Mail) {
  const contents = ['destroyed', 'unused', 'kept'].map(what => plainMail(`${name} ${what}`))
  const [destroyed = assert.fail(), unused = assert.fail(), kept = assert.fail()] = contents
  await delivery.deliver({ recipients: [recipient(SECOND)], content: kept })
  await uploads.store(FIRST, FIRST, unused)
  await (await destroy(mail, destroyed))()
  const hashes = contents.map(content => createHash('sha256').update(content).digest('base64url'))
  const later = new BlobPurge({ now: async () => await store.now() + BLOB_GRACE_MS + 1, transact: work => stepping.transact(work) })
  return async () => { for (const hash of hashes) await later.shard(shardOf(hash), async () => {}) }
}

function recipient(accountId: Id) {
  return { accountId, quotaBytes: null }
}
