/** A store with the mail services on it, and what is queued as a list: for tests of delivery, indexing and mail methods. */
import assert from 'node:assert/strict'
import type { Clock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import type { Id, IdSource } from '../../src/base/ids.ts'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { Catalogue } from '../../src/engine/catalogue.ts'
import type { TaskRow } from '../../src/engine/ports/task.ts'
import type { Outcome } from '../../src/engine/task-variant.ts'
import { Delivery } from '../../src/services/delivery/delivery.ts'
import { MailImport } from '../../src/services/delivery/mail-import.ts'
import type { MailRecipient } from '../../src/services/directory/directory.ts'
import { Indexing } from '../../src/services/indexing/indexing.ts'
import { MailStore } from '../../src/services/mailstore/mailstore.ts'
import type { Email, Mailbox, MailStoreDependencies } from '../../src/services/mailstore/mailstore.ts'
import type { WantedTask } from '../../src/services/ports.ts'
import { Uploads } from '../../src/services/upload/uploads.ts'
import { openMemoryStore } from '../../src/store/memory/store.ts'
import type { Store, Tx } from '../../src/store/store.ts'
import { VARIANTS } from '../../src/tasks/catalogue.ts'
import indexDocument from '../../src/tasks/index-document.ts'
import { lanes } from '../../src/tasks/lanes.ts'
import unindexDocument from '../../src/tasks/unindex-document.ts'
import { runContext } from './run-task.ts'

const TASKS_MAX = 10_000

export const ANN: MailRecipient = { accountId: '00000000000an', quotaBytes: null }
export const BOB: MailRecipient = { accountId: '00000000000bo', quotaBytes: null }

export interface MailWorld {
  readonly store: Store
  readonly clock: VirtualClock
  readonly ids: IdSource
  readonly mailStore: MailStore<Tx>
  readonly delivery: Delivery<Tx>
  readonly indexing: Indexing<Tx>
  readonly imports: MailImport<Tx>
  readonly uploads: Uploads<Tx>
  /** Limits of accounts that have any; a test may change them. */
  readonly limits: Map<Id, MailRecipient>
  /** Delivers to one account and returns the new message's id. */
  deliver(content: Uint8Array, recipient?: MailRecipient): Promise<Id>
  /** Waiting tasks, oldest first. */
  tasks(): Promise<TaskRow[]>
  /** Runs every waiting task of the search lane as one batch a variant; finished ones go. */
  runSearchTasks(): Promise<readonly Outcome[]>
  emails(recipient: MailRecipient, ids: readonly Id[]): Promise<Email[]>
  mailbox(recipient: MailRecipient, role: string): Promise<Mailbox>
  close(): Promise<void>
}

/** `mayHaveData`: which accounts there are, left out: all. `keeper`: what becomes of destroyed mail, left out: nothing. */
export async function mailWorld(
  open: (clock: Clock) => Promise<Store> = clock => openMemoryStore({ clock }),
  mayHaveData: (tx: Tx, accountId: Id) => Promise<boolean> = () => Promise.resolve(true),
  keeper?: (base: { readonly ids: IdSource; readonly clock: Clock }) => NonNullable<MailStoreDependencies<Tx>['keeper']>,
): Promise<MailWorld> {
  const clock = new VirtualClock()
  const store = await open(clock)
  const ids = idSource(1, clock)
  const catalogue = new Catalogue(VARIANTS, lanes())
  const enqueue = async (tx: Tx, wanted: readonly WantedTask[]): Promise<void> => {
    await tx.tasks.insert(wanted.map(task => catalogue.row(task, ids, clock.now())))
  }
  const mailStore = new MailStore<Tx>({ enqueue, ids, clock, mayHaveData, ...(keeper ? { keeper: keeper({ ids, clock }) } : {}) })
  const indexing = new Indexing<Tx>({ store, mailStore })
  const directory = { recipient: (address: string) => Promise.resolve(address.startsWith('ann@') ? ANN : address.startsWith('bob@') ? BOB : null) }
  const delivery = new Delivery<Tx>({ store, directory, mailStore, clock })

  const limits = new Map<Id, MailRecipient>()
  const recipientById = (accountId: Id): Promise<MailRecipient> => Promise.resolve(limits.get(accountId) ?? { accountId, quotaBytes: null })
  const imports = new MailImport<Tx>({ store, mailStore, directory: { recipientById }, clock })
  const uploads = new Uploads<Tx>({ store, mailStore, clock })

  const tasks = (): Promise<TaskRow[]> => store.read(async tx => {
    const order = { property: 'createdAt', ascending: true } as const
    return tx.tasks.get(await tx.tasks.query({}, { order, limit: TASKS_MAX }))
  })

  return {
    store, clock, ids, mailStore, delivery, indexing, imports, uploads, limits, tasks,

    async deliver(content, recipient = BOB) {
      const [result] = await delivery.deliver({ recipients: [recipient], content })
      assert(result?.kind === 'delivered')
      return result.id
    },

    async runSearchTasks() {
      const waiting = await tasks()
      const outcomes: Outcome[] = []
      for (const variant of [indexDocument, unindexDocument]) {
        const rows = waiting.filter(row => row.variant === variant.name)
        if (rows.length === 0) continue
        assert(variant.runBatch)
        const batch = rows.map(({ id, payload }) => ({ ...payload, id })) as unknown as Parameters<typeof variant.runBatch>[0]
        const batchOutcomes = await variant.runBatch(batch, runContext({ indexing }))
        const done = rows.filter((_, index) => batchOutcomes[index]?.kind === 'done')
        await store.transact(async tx => { for (const row of done) await tx.tasks.destroy(row.id) })
        outcomes.push(...batchOutcomes)
      }
      return outcomes
    },

    emails: ({ accountId }, wanted) => store.read(tx => mailStore.emails(tx, accountId, wanted)),

    async mailbox({ accountId }, role) {
      const all = await store.read(tx => mailStore.mailboxes(tx, accountId))
      const found = all.find(({ record }) => record.role === role)
      assert(found, `no ${role} in ${accountId}`)
      return found
    },

    close: () => store.close(),
  }
}
