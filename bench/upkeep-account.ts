/** One account with a lot of mail, half of it in Trash for longer than it is kept, as it is when its search index was lost. */
import { systemClock } from '../src/base/clock.ts'
import { idSource } from '../src/base/ids.ts'
import { silentLog } from '../src/base/log.ts'
import { accountMayHaveData } from '../src/registry/objects/account-archive.ts'
import { idOf, INBOX_ID, MailStore, summaryOf } from '../src/services/mailstore/mailstore.ts'
import { parseMessage } from '../src/services/message/message.ts'
import { openPostgresStore } from '../src/store/postgres/store.ts'
import { openSqliteStore } from '../src/store/sqlite/store.ts'
import type { Store, Tx } from '../src/store/store.ts'
import { message } from './mail.ts'

const AT_ONCE = 200
const LONG_AGO_MS = 90 * 86_400_000

/** The store of a node that does not run. */
export function openStoreOf(env: NodeJS.ProcessEnv): Promise<Store> {
  const url = env['DATABASE_URL']
  return url === undefined
    ? openSqliteStore({ dataDir: env['ROTA_DATA_DIR'] ?? '', clock: systemClock })
    : openPostgresStore({ url, clock: systemClock, log: silentLog })
}

export async function emptyIndex(store: Store, accountId: string): Promise<void> {
  while (await store.transact(tx => tx.search.purge(accountId, AT_ONCE)) > 0) continue
}

export async function fillAccount(store: Store, accountId: string, messages: number): Promise<void> {
  const clock = { now: () => systemClock.now() - LONG_AGO_MS }
  const ids = idSource(1_001, systemClock)
  const mailStore = new MailStore<Tx>({ ids, clock, mayHaveData: accountMayHaveData, enqueue: () => Promise.resolve() })
  // All messages have the same headers but for these: reading each of them would take longer than storing it.
  const summary = await summaryOf(await parseMessage(message(0)))
  for (let from = 0; from < messages; from += AT_ONCE) {
    await store.transact(tx => mailStore.update(tx, accountId, async account => {
      for (let nth = from; nth < Math.min(from + AT_ONCE, messages); nth++) {
        const content = message(nth)
        await account.add({
          summary: { ...summary, subject: `Number ${nth} of the series`, messageId: [`${nth}@elsewhere.example`] },
          blobId: await tx.blobs.put(content), size: content.byteLength, receivedAt: clock.now(),
          mailboxIds: [nth % 2 === 0 ? INBOX_ID : idOf('trash')], keywords: [],
        })
      }
    }))
  }
}
