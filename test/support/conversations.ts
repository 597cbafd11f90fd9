/** Messages of conversations, put straight into an account, and the tasks that join their threads. */
import assert from 'node:assert/strict'
import type { Id } from '../../src/base/ids.ts'
import { setMembers } from '../../src/base/fields.ts'
import { isBuilt } from '../../src/engine/task-variant.ts'
import type { EmailRecord } from '../../src/services/mailstore/mailstore.ts'
import { EMAIL, INBOX_ID, summaryOf, THREAD } from '../../src/services/mailstore/mailstore.ts'
import { ThreadMerge } from '../../src/services/mailstore/thread-merge.ts'
import type { ThreadRecord } from '../../src/services/mailstore/thread.ts'
import { parseMessage } from '../../src/services/message/message.ts'
import mergeThreads from '../../src/tasks/merge-threads.ts'
import { plainMail } from './mail-samples.ts'
import type { MailWorld } from './mail-world.ts'
import { runContext } from './run-task.ts'

/** Ids without angle brackets; the oldest of `references` first. */
export interface Letter { readonly id: string; readonly subject: string; readonly inReplyTo?: string; readonly references?: readonly string[] }

export function letterMail({ id, subject, inReplyTo, references = [] }: Letter): Uint8Array {
  return plainMail(`the text of ${id}`, {
    subject, messageId: id, ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(references.length === 0 ? {} : { references: references.map(each => `<${each}>`).join(' ') }),
  })
}

/** Stored in one transaction, as an import does it; returns the id. */
export async function arrive({ store, mailStore, clock }: MailWorld, accountId: Id, letter: Letter): Promise<Id> {
  const content = letterMail(letter)
  const summary = await summaryOf(await parseMessage(content))
  await clock.advance(1_000)
  return store.transact(tx => mailStore.update(tx, accountId, async account => account.add({
    summary, blobId: await tx.blobs.put(content), size: content.byteLength, receivedAt: clock.now(), mailboxIds: [INBOX_ID], keywords: [],
  })))
}

/** Runs every MergeThreads task that waits, oldest first or last; those that are done go. Returns how many there were. */
export async function runMerges(world: MailWorld, oldestFirst = true): Promise<number> {
  assert(isBuilt(mergeThreads) && mergeThreads.run)
  const rows = (await world.tasks()).filter(row => row.variant === mergeThreads.name)
  const context = runContext({ threadMerge: new ThreadMerge(world) })
  for (const { id, payload } of oldestFirst ? rows : rows.toReversed()) {
    const { accountId, threadName, messageIds } = payload as { accountId: string; threadName: string; messageIds: Record<string, true> }
    assert.ok(setMembers(messageIds).length > 0)
    const outcome = await mergeThreads.run({ id, accountId, threadName, messageIds }, context)
    assert.equal(outcome.kind, 'done')
    await world.store.transact(tx => tx.tasks.destroy(id))
  }
  return rows.length
}

/** The message ids of each thread, in any order; what threads and messages say of each other is checked. */
export function partition({ store }: Pick<MailWorld, 'store'>, accountId: Id): Promise<string[][]> {
  return store.read(async ({ documents }) => {
    const emails = await documents.get(accountId, EMAIL, await documents.list(accountId, EMAIL, 10_000))
    const byThread = Map.groupBy(emails, ({ body }) => (body as EmailRecord).threadId)
    const threadIds = await documents.list(accountId, THREAD, 10_000)
    assert.deepEqual(threadIds, [...byThread.keys()].toSorted())
    for (const { id, body } of await documents.get(accountId, THREAD, threadIds)) {
      assert.deepEqual(Object.keys((body as ThreadRecord).emails).toSorted(), byThread.get(id)?.map(email => email.id).toSorted())
    }
    assert.equal(await documents.count(accountId, THREAD, 'mailbox', INBOX_ID), threadIds.length)
    return [...byThread.values()]
      .map(group => group.map(({ body }) => (body as EmailRecord).messageId?.[0] ?? '').toSorted())
      .toSorted(([left = ''], [right = '']) => left < right ? -1 : 1)
  })
}
