/** `Email/import` (RFC 8621 §4.8): uploaded content, or a part of a message, becomes a message of the account. */
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { hasCode } from '../../errors.ts'
import { MethodError } from '../../registry/method.ts'
import type { Method } from '../../registry/method.ts'
import { objectArgument, textArgument } from '../../registry/ops/arguments.ts'
import { parseDate } from '../../registry/values/date.ts'
import type { AddMessage, ReadMessage } from '../../services/delivery/mail-import.ts'
import { EMAIL, MAILBOX } from '../../services/mailstore/mailstore.ts'
import type { DomainTx } from '../../services/ports.ts'
import { accountOf, OBJECTS_MAX, tooLarge } from './account.ts'
import type { MailEnvironment } from './account.ts'
import { changeOf, isError, wrong } from './email-set.ts'
import type { SetError } from './email-set.ts'

/** Of all messages of one call: they are read before the first of them is stored. */
const OCTETS_MAX = 100_000_000

/** One of the arguments, its content read; what is wrong with it otherwise. */
type Wanted = { readonly message: ReadMessage; readonly receivedAt: number | null; readonly sets: JsonObject } | SetError

export function emailImport<Tx extends DomainTx>(environment: MailEnvironment<Tx>): Method {
  const { mailStore, imports } = environment
  return async (args, context) => {
    const accountId = accountOf(args, context, 'jmapEmailImport')
    const emails = objectArgument(args, 'emails')
    if (emails === undefined) throw new MethodError('invalidArguments', 'emails must be an object of messages by creation id.')
    const entries = Object.entries(emails)
    if (entries.length > OBJECTS_MAX) throw tooLarge(`At most ${OBJECTS_MAX} messages can be imported at once.`)
    const ifInState = textArgument(args, 'ifInState')
    const wanted = await readAll(environment, accountId, context.principal.accountId, entries)
    const reply = await imports.update(accountId, async (tx, add) => {
      const oldState = String(await tx.documents.modseq(accountId, EMAIL))
      if (ifInState !== undefined && ifInState !== oldState) {
        throw new MethodError('stateMismatch', `The state is ${oldState}, not ${ifInState}.`)
      }
      const mailboxIds = new Set(await tx.documents.list(accountId, MAILBOX, OBJECTS_MAX))
      const [created, notCreated] = [new Map<string, JsonObject>(), new Map<string, SetError>()]
      for (const [creationId, each] of wanted) {
        const result = 'message' in each ? await importOne(add, each, mailboxIds) : each
        if (isError(result)) {
          notCreated.set(creationId, result)
          continue
        }
        const [email] = await mailStore.emails(tx, accountId, [result.id])
        created.set(creationId, { ...result, threadId: email?.record.threadId ?? null })
      }
      const newState = String(await tx.documents.modseq(accountId, EMAIL))
      return { accountId, oldState, newState, created: Object.fromEntries(created), notCreated: Object.fromEntries(notCreated) }
    })
    for (const [creationId, { id }] of Object.entries<JsonObject>(reply.created)) context.createdIds.set(creationId, String(id))
    return reply
  }
}

async function readAll<Tx extends DomainTx>(
  { imports }: MailEnvironment<Tx>, accountId: Id, readerId: Id, entries: readonly (readonly [string, Json])[],
): Promise<ReadonlyMap<string, Wanted>> {
  const all = new Map<string, Wanted>()
  let octets = 0
  for (const [creationId, given] of entries) {
    const known = checked(given)
    if (isError(known)) {
      all.set(creationId, known)
      continue
    }
    const message = await imports.read(accountId, readerId, known.blobId)
    octets += message?.size ?? 0
    if (octets > OCTETS_MAX) throw tooLarge(`The messages of one call may have ${OCTETS_MAX} bytes together; import fewer at once.`)
    all.set(creationId, message === null ? NO_BLOB : { ...known, message })
  }
  return all
}

const NO_BLOB: SetError = wrong('blobId', 'There is no such blob in this account, or it has been removed; upload it again.')

/** All but mailboxes and keywords, which are looked at where the mailboxes are known. */
function checked(given: Json): { readonly blobId: string; readonly receivedAt: number | null; readonly sets: JsonObject } | SetError {
  if (!isJsonObject(given)) return { type: 'invalidProperties', description: 'A message to import is an object.', properties: [] }
  const { blobId, receivedAt = null, mailboxIds = null, keywords = {}, ...others } = given
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) return wrong(unknown, 'Only blobId, mailboxIds, keywords and receivedAt can be given.')
  if (typeof blobId !== 'string') return wrong('blobId', 'blobId names the content to import.')
  const at = typeof receivedAt === 'string' ? parseDate(receivedAt) : null
  if (receivedAt !== null && at === null) return wrong('receivedAt', 'A date is written like 2026-01-31T12:00:00Z.')
  if (!isJsonObject(mailboxIds)) return wrong('mailboxIds', 'A message is in one mailbox at least: {"<id>": true}.')
  return { blobId, receivedAt: at, sets: { mailboxIds, keywords } }
}

type Imported = { readonly id: Id; readonly blobId: string; readonly size: number }

async function importOne(
  add: AddMessage, { message, receivedAt, sets }: Exclude<Wanted, SetError>, mailboxIds: ReadonlySet<Id>,
): Promise<Imported | SetError> {
  const change = changeOf({ keywords: {}, mailboxIds: {} }, sets, mailboxIds)
  if (isError(change)) return change
  try {
    const placement = { receivedAt, mailboxIds: Object.keys(change.mailboxIds ?? {}), keywords: Object.keys(change.keywords ?? {}) }
    return { ...await add(message, placement), size: message.size }
  } catch (error) {
    if (hasCode(error, 'mail/over-quota')) return { type: 'overQuota', description: 'The account, or its tenant, has no room for this message.' }
    if (hasCode(error, 'blob/missing')) return NO_BLOB
    throw error
  }
}
