/**
 * A database full of upkeep that waits: accounts with mail in every condition, and the tasks that shall mend it, made
 * through the API of a node that runs none of them. It is copied, so that several clusters can do the same work.
 *
 * | account | what there is | what is asked for |
 * |---|---|---|
 * | ann, of the tenant | a full inbox, some of it in two mailboxes | recalculateImapUid, reindex |
 * | bob, of the tenant | old mail in Trash and Junk, and what else is over | purge |
 * | cat | conversations that came in the wrong order | MergeThreads, by itself |
 * | dan | mail that was destroyed and is archived | RestoreArchivedItem of half of it, recalculateQuota |
 * | eve | mail | DestroyAccount |
 *
 * Of all of them the sums are wrong, and no message is indexed yet. The fifteen types of StoreMaintenance go over everything.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import pg from 'pg'
import { systemClock, type Clock } from '../../../src/base/clock.ts'
import { idSource, NODE_NUMBER_MAX, type Id } from '../../../src/base/ids.ts'
import { silentLog } from '../../../src/base/log.ts'
import { Catalogue } from '../../../src/engine/catalogue.ts'
import { KEYS, type KeyFamily } from '../../../src/registry/key-families.ts'
import { buildMail, type Mail } from '../../../src/server/mail.ts'
import { idOf, INBOX_ID, summaryOf } from '../../../src/services/mailstore/mailstore.ts'
import { parseMessage } from '../../../src/services/message/message.ts'
import { EXPIRING, overSince } from '../../../src/services/upkeep/expiring.ts'
import { openPostgresStore } from '../../../src/store/postgres/store.ts'
import type { Store } from '../../../src/store/store.ts'
import { VARIANTS } from '../../../src/tasks/catalogue.ts'
import { lanes } from '../../../src/tasks/lanes.ts'
import { create, list, update } from '../api-call.ts'
import { letterMail, type Letter } from '../conversations.ts'
import { plainMail } from '../mail-samples.ts'
import { overAndNot } from '../over-data.ts'
import { startServer, type TestServer } from '../server.ts'
import { EVERY_LISTENER, NO_DUTY, NO_LISTENER } from './world.ts'

export const NAMES = ['ann', 'bob', 'cat', 'dan', 'eve'] as const
export type Name = (typeof NAMES)[number]
export const DOMAIN = 'example.org'
export const PASSWORD = 'a long secret'
export const KEY_FAMILIES: readonly KeyFamily[] = Object.values(KEYS)
export const ANNS_MAIL = 110
/** In Trash, and as much in Junk. */
export const BOBS_RUBBISH = 60
export const BOBS_MAIL = 20
export const CONVERSATIONS = 8
export const DANS_MAIL = 60
export const DANS_DESTROYED = 40
export const DANS_RESTORED = 20
const EVES_MAIL = 60
export const ORPHANS = 100
const TRACES = 40
const GREYLISTED = 1_100
const AGE_MS = 40 * 86_400_000
const ATTEMPTS_MAX = 10
const [TRASH, JUNK, ARCHIVE] = [idOf('trash'), idOf('junk'), idOf('archive')]

const STORE_MAINTENANCE = [
  'reindexAccounts', 'reindexTelemetry', 'purgeAccounts', 'purgeData', 'purgeBlob', 'resetRateLimiters', 'resetUserQuotas', 'resetTenantQuotas',
  'resetBlobQuotas', 'removeAuthTokens', 'removeLockQueueMessage', 'removeLockTask', 'removeLockDav', 'removeSieveId', 'removeGreylist',
]

export interface UpkeepWorld {
  readonly accountIds: Readonly<Record<Name, Id>>
  readonly tenantId: Id
  /** Of each of these variants there are tasks. */
  readonly variants: readonly string[]
  /** The address of a database that is like the prepared one was when this began. */
  copy(): Promise<string>
}

/** On an empty database. Roles: `front` takes requests and runs nothing, `worker` runs tasks. */
export async function upkeepWorld(url: string): Promise<UpkeepWorld> {
  // Nobody pulls the plug: what a process leaves behind when it is killed does not depend on it.
  await onServer(url, 'alter system set fsync = off')
  await onServer(url, 'select pg_reload_conf()')
  const made = await makeAccounts(url)
  const store = await openPostgresStore({ url, clock: systemClock, log: silentLog })
  await fillStore(store, made)
  await store.close()
  const variants = await askForAll(url, made)
  await grownOld(url)
  let copies = 0
  return {
    ...made, variants,
    async copy() {
      const to = new URL(url)
      to.pathname += `_copy_${++copies}`
      await onServer(url, `create database ${to.pathname.slice(1)} template ${new URL(url).pathname.slice(1)}`)
      return to.href
    },
  }
}

type Made = Pick<UpkeepWorld, 'accountIds' | 'tenantId'> & { readonly domainId: Id }

async function makeAccounts(url: string): Promise<Made> {
  await using seed = await startServer({ variables: { DATABASE_URL: url, STALWART_HOSTNAME: 'seed' } })
  const duties = { searchIndexing: true, accountMaintenance: true, storeMaintenance: true, taskQueueProcessing: true }
  await create(seed, 'ClusterRole', { name: 'front', tasks: NO_DUTY, listeners: EVERY_LISTENER }, {
    name: 'worker', tasks: { '@type': 'EnableSome', taskTypes: duties }, listeners: NO_LISTENER,
  })
  await update(seed, 'TaskManager', 'singleton', { maxAttempts: ATTEMPTS_MAX, strategy: { '@type': 'FixedDelay', delay: 1 } })
  await update(seed, 'DataRetention', 'singleton', { archiveDeletedItemsFor: '30d', maxChangesHistory: 50 })
  const [tenantId = ''] = await create(seed, 'Tenant', { name: 'Herons' })
  const [domainId = ''] = await create(seed, 'Domain', { name: DOMAIN })
  const credentials = { 0: { '@type': 'Password', secret: PASSWORD } }
  const ids = await create(seed, 'Account', ...NAMES.map(name => ({
    '@type': 'User', name, domainId, credentials, ...(name === 'ann' || name === 'bob' ? { memberTenantId: tenantId } : {}),
  })))
  return { accountIds: Object.fromEntries(NAMES.map((name, nth) => [name, ids[nth] ?? ''])) as Record<Name, Id>, tenantId, domainId }
}

async function fillStore(store: Store, { accountIds, tenantId }: Made): Promise<void> {
  const clock: Clock = { ...systemClock, now: () => systemClock.now() - AGE_MS }
  const ids = idSource(NODE_NUMBER_MAX, clock)
  const mail = buildMail(store, new Catalogue(VARIANTS, lanes()), ids, clock)
  const fill = (name: Name, count: number, what: string, ...mailboxIds: string[]) =>
    arrive(store, mail, accountIds[name], mailboxIds, Array.from({ length: count }, (_, nth) =>
      plainMail(`A ${what} heron stands in the reeds.`, { subject: `${what} ${nth}`, messageId: `${what}-${nth}@${name}` })))
  await fill('ann', ANNS_MAIL, 'grey', INBOX_ID)
  await fill('ann', 10, 'white', INBOX_ID, ARCHIVE)
  await fill('bob', BOBS_MAIL, 'tall', INBOX_ID)
  await fill('bob', BOBS_RUBBISH, 'lost', TRASH)
  await fill('bob', BOBS_RUBBISH, 'loud', JUNK)
  for (const letter of Array.from({ length: CONVERSATIONS }, (_, nth) => conversation(nth)).flat()) {
    await arrive(store, mail, accountIds.cat, [INBOX_ID], [letterMail(letter)])
  }
  await fill('dan', DANS_MAIL, 'shy', INBOX_ID)
  await fill('eve', EVES_MAIL, 'last', INBOX_ID)
  await overAndNot({ store, clock: systemClock }, 20)
  for (const { collection } of EXPIRING) {
    await store.transact(async ({ documents }) => {
      for (let nth = 0; nth < 5; nth++) await documents.put(accountIds.bob, collection, ids.next(), {}, [overSince(0)])
    })
  }
  const traceIds = idSource(NODE_NUMBER_MAX, systemClock)
  await store.transact(({ traces }) => traces.put(Array.from({ length: TRACES }, (_, nth) => (
    { id: traceIds.next(), from: `heron${nth}@${DOMAIN}`, recipients: [`ann@${DOMAIN}`], size: 1, events: [] }))))
  await store.transact(async ({ keys }) => {
    const families = KEY_FAMILIES.filter(({ prefix, removedBy }) => removedBy !== null || prefix === KEYS.loginKnown.prefix)
    for (const { prefix } of families) {
      for (let nth = 0; nth < (prefix === KEYS.greylist.prefix ? GREYLISTED : 3); nth++) await keys.put(`${prefix}made/${nth}`, {}, null)
    }
  })
  await store.transact(async ({ blobs }) => {
    for (let nth = 0; nth < ORPHANS; nth++) await blobs.put(Buffer.from(`orphan ${nth}`))
  })
  for (const id of [...Object.values(accountIds), tenantId]) await store.transact(tx => tx.usage.add(id, { octets: 1_234, emails: -1 }))
}

/** In one transaction. */
async function arrive(store: Store, mail: Mail, accountId: Id, mailboxIds: readonly string[], contents: readonly Uint8Array[]): Promise<void> {
  const parsed = await Promise.all(contents.map(async content => ({ content, summary: await summaryOf(await parseMessage(content)) })))
  await store.transact(tx => mail.mailStore.update(tx, accountId, async account => {
    for (const [nth, { content, summary }] of parsed.entries()) {
      const keywords = nth % 3 === 0 ? ['$seen'] : nth % 3 === 1 ? ['$flagged', 'reeds'] : []
      await account.add({ summary, blobId: await tx.blobs.put(content), size: content.byteLength, receivedAt: nth * 1_000, mailboxIds, keywords })
    }
  }))
}

/** Four threads, until the last letter shows that they are one. */
function conversation(nth: number): Letter[] {
  const ids = ['one', 'two', 'three', 'four'].map(name => `${name}-${nth}@cat`)
  const subject = `plan ${nth}`
  return [...ids.map(id => ({ id, subject })), { id: `last-${nth}@cat`, subject, references: ids }]
}

/** Every task through the API, of a node that has no duty. Returns of which variants there are tasks. */
async function askForAll(url: string, { accountIds, tenantId, domainId }: Made): Promise<string[]> {
  await using front = await startServer({ variables: { DATABASE_URL: url, STALWART_HOSTNAME: 'asking', STALWART_ROLE: 'front' } })
  await destroyDansMail(front, accountIds.dan)
  const items = await list(front, 'ArchivedItem', { accountId: accountIds.dan })
  assert.equal(items.length, DANS_DESTROYED)
  for (const { id } of items.slice(0, DANS_RESTORED)) await update(front, 'ArchivedItem', String(id), { status: 'requestRestore' })
  const account = (name: Name, maintenanceType: string) => ({ '@type': 'AccountMaintenance', accountId: accountIds[name], maintenanceType })
  const ids = await create(
    front, 'Task', ...STORE_MAINTENANCE.map(maintenanceType => ({ '@type': 'StoreMaintenance', maintenanceType })),
    account('ann', 'recalculateImapUid'), account('ann', 'reindex'), account('bob', 'purge'), account('dan', 'recalculateQuota'),
    { '@type': 'TenantMaintenance', tenantId, maintenanceType: 'recalculateQuota' },
    { '@type': 'DestroyAccount', accountName: 'eve', accountDomainId: domainId },
  )
  assert.ok(ids.every(id => id !== 'undefined'))
  const waiting = await front.store.read(({ tasks }) => tasks.tally({}))
  return [...new Set(waiting.map(({ variant }) => variant))].toSorted()
}

async function destroyDansMail(front: TestServer, accountId: Id): Promise<void> {
  const login = { name: `dan@${DOMAIN}`, password: PASSWORD }
  const [, reply] = await front.call([
    ['Email/query', { accountId, limit: DANS_DESTROYED }],
    ['Email/set', { accountId, '#destroy': { resultOf: '0', name: 'Email/query', path: '/ids' } }],
  ], login)
  assert.ok(Array.isArray(reply?.['destroyed']) && reply['destroyed'].length === DANS_DESTROYED, JSON.stringify(reply))
}

/** What content was stored or given up today was so before the grace period began. */
async function grownOld(url: string): Promise<void> {
  for (const text of [`update blob set stored_at = stored_at - ${AGE_MS}`, `update blob_claim set at = at - ${AGE_MS}`]) await onServer(url, text, '')
}

/** `path`: of another database of the same server; empty: this one. */
async function onServer(url: string, text: string, path = '/postgres'): Promise<void> {
  const client = new pg.Client({ connectionString: path === '' ? url : new URL(path, url).href })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}

export function hashOfOrphan(nth: number): string {
  return createHash('sha256').update(`orphan ${nth}`).digest('base64url')
}
