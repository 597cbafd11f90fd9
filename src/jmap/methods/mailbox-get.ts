/** `Mailbox/get` (RFC 8621 §2.1). An account's mailboxes are made by the first look at them. */
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { assertNever } from '../../base/assert.ts'
import type { Method } from '../../registry/method.ts'
import { EMAIL, MAILBOX } from '../../services/mailstore/mailstore.ts'
import type { Mailbox } from '../../services/mailstore/mailstore.ts'
import type { DomainTx } from '../../services/ports.ts'
import { accountOf, getReply, idsOf, pick, propertiesOf } from './account.ts'
import type { MailEnvironment } from './account.ts'

const PROPERTIES = [
  'id', 'name', 'parentId', 'role', 'sortOrder', 'totalEmails', 'unreadEmails', 'totalThreads', 'unreadThreads',
  'myRights', 'isSubscribed',
] as const
type Property = (typeof PROPERTIES)[number]

/** Messages may be moved and marked; the mailboxes themselves are fixed. */
const RIGHTS: JsonObject = {
  mayReadItems: true, mayAddItems: true, mayRemoveItems: true, maySetSeen: true, maySetKeywords: true,
  mayCreateChild: false, mayRename: false, mayDelete: false, maySubmit: false,
}

export function mailboxGet<Tx extends DomainTx>(environment: MailEnvironment<Tx>): Method {
  const { store, mailStore } = environment
  return async (args, context) => {
    const accountId = accountOf(args, context, 'jmapMailboxGet')
    const ids = idsOf(args)
    const properties = propertiesOf(args, 'properties', PROPERTIES, PROPERTIES)
    await makeMailboxes(environment, accountId)
    return store.read(async tx => {
      const mailboxes = await mailStore.mailboxes(tx, accountId)
      // The counts belong to the mailbox, so every change of mail changes its state.
      const state = `${await tx.documents.modseq(accountId, MAILBOX)}-${await tx.documents.modseq(accountId, EMAIL)}`
      const found = new Map(mailboxes.map(mailbox => [mailbox.id, pick(properties, name => valueOf(mailbox, name))]))
      return getReply(accountId, state, ids, found)
    })
  }
}

/** Unless the account has them. */
export async function makeMailboxes<Tx extends DomainTx>({ store, mailStore }: MailEnvironment<Tx>, accountId: Id): Promise<void> {
  if ((await store.read(tx => mailStore.mailboxes(tx, accountId))).length > 0) return
  await store.transact(tx => mailStore.update(tx, accountId, () => Promise.resolve()))
}

function valueOf(mailbox: Mailbox, name: Property): Json {
  switch (name) {
    case 'id':
    case 'totalEmails':
    case 'unreadEmails':
    case 'totalThreads':
    case 'unreadThreads': return mailbox[name]
    case 'name':
    case 'role':
    case 'sortOrder': return mailbox.record[name]
    case 'parentId': return null
    case 'myRights': return RIGHTS
    case 'isSubscribed': return true
    default: return assertNever(name)
  }
}
