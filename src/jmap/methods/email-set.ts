/**
 * `Email/set` (RFC 8621 §4.6): destroying messages, and changing their keywords and mailboxes. Creating messages is
 * refused. All changes of one call are one transaction; an item that cannot be changed leaves its neighbours alone.
 */
import { isId } from '../../base/ids.ts'
import type { Id } from '../../base/ids.ts'
import { isJsonObject } from '../../base/json.ts'
import type { Json } from '../../base/json.ts'
import { MethodError } from '../../registry/method.ts'
import type { Method } from '../../registry/method.ts'
import { objectArgument, textArgument, textsArgument } from '../../registry/ops/arguments.ts'
import { EMAIL, MAILBOX } from '../../services/mailstore/mailstore.ts'
import type { EmailChange, EmailRecord, MailAccount } from '../../services/mailstore/mailstore.ts'
import type { DomainTx } from '../../services/ports.ts'
import { accountOf, OBJECTS_MAX, tooLarge } from './account.ts'
import type { MailEnvironment, MailPermission } from './account.ts'

const KEYWORDS_MAX = 100
/** RFC 8621 §4.1.1: printable ASCII but for a few; `]` stands first. */
const KEYWORD = /^(?:(?![\](){%*"\\])[!-~]){1,255}$/

export type SetError = { readonly type: string; readonly description: string; readonly properties?: readonly string[] }
interface Changes {
  readonly update: readonly (readonly [id: string, patch: Json])[]
  readonly destroy: readonly string[]
}
interface Done {
  readonly updated: readonly string[]
  readonly notUpdated: ReadonlyMap<string, SetError>
  readonly destroyed: readonly string[]
  readonly notDestroyed: ReadonlyMap<string, SetError>
}

const GONE: SetError = { type: 'notFound', description: 'There is no such message.' }
const DESTROYED_TOO: SetError = { type: 'willDestroy', description: 'The same call destroys this message.' }
const NO_CREATION: SetError = { type: 'forbidden', description: 'Messages cannot be created here; they arrive over SMTP or LMTP, or are uploaded and imported (Email/import).' }

export function emailSet<Tx extends DomainTx>({ store, mailStore }: MailEnvironment<Tx>): Method {
  return async (args, context) => {
    const creations = Object.keys(objectArgument(args, 'create') ?? {})
    const changes: Changes = {
      update: Object.entries(objectArgument(args, 'update') ?? {}),
      destroy: [...new Set(textsArgument(args, 'destroy') ?? [])],
    }
    const accountId = accountOf(args, context, ...neededFor(changes))
    const count = creations.length + changes.update.length + changes.destroy.length
    if (count > OBJECTS_MAX) throw tooLarge(`At most ${OBJECTS_MAX} messages can be changed at once.`)
    const ifInState = textArgument(args, 'ifInState')
    return store.transact(tx => mailStore.update(tx, accountId, async account => {
      const oldState = String(await tx.documents.modseq(accountId, EMAIL))
      if (ifInState !== undefined && ifInState !== oldState) {
        throw new MethodError('stateMismatch', `The state is ${oldState}, not ${ifInState}.`)
      }
      const ids = [...changes.update.map(([id]) => id), ...changes.destroy].filter(isId)
      const records = new Map((await mailStore.emails(tx, accountId, [...new Set(ids)])).map(email => [email.id, email.record]))
      const mailboxIds = new Set(await tx.documents.list(accountId, MAILBOX, OBJECTS_MAX))
      const done = await carryOut(account, changes, records, mailboxIds)
      return {
        accountId,
        oldState,
        newState: String(await tx.documents.modseq(accountId, EMAIL)),
        created: {},
        notCreated: Object.fromEntries(creations.map(creationId => [creationId, NO_CREATION])),
        updated: Object.fromEntries(done.updated.map(id => [id, null])),
        notUpdated: Object.fromEntries(done.notUpdated),
        destroyed: done.destroyed,
        notDestroyed: Object.fromEntries(done.notDestroyed),
      }
    }))
  }
}

/** A call that changes nothing is an update of nothing. */
function neededFor({ update, destroy }: Changes): MailPermission[] {
  return [
    ...(update.length > 0 || destroy.length === 0 ? ['jmapEmailUpdate' as const] : []),
    ...(destroy.length > 0 ? ['jmapEmailDestroy' as const] : []),
  ]
}

async function carryOut(
  account: MailAccount, changes: Changes, records: ReadonlyMap<Id, EmailRecord>, mailboxIds: ReadonlySet<Id>,
): Promise<Done> {
  const updated: string[] = []
  const notUpdated = new Map<string, SetError>()
  for (const [id, patch] of changes.update) {
    const record = records.get(id)
    const change = record === undefined ? GONE : changes.destroy.includes(id) ? DESTROYED_TOO : changeOf(record, patch, mailboxIds)
    if (record === undefined || isError(change)) notUpdated.set(id, isError(change) ? change : GONE)
    else {
      await account.changeAsOwner(id, record, change)
      updated.push(id)
    }
  }
  const destroyed = changes.destroy.flatMap(id => {
    const record = records.get(id)
    return record === undefined ? [] : [{ id, record }]
  })
  await account.remove(destroyed)
  const notDestroyed = new Map(changes.destroy.filter(id => !records.has(id)).map(id => [id, GONE]))
  return { updated, notUpdated, destroyed: destroyed.map(({ id }) => id), notDestroyed }
}

/** Both sets may be replaced whole or member by member (`keywords/$seen`). */
export function changeOf(record: Pick<EmailRecord, 'keywords' | 'mailboxIds'>, patch: Json, mailboxIds: ReadonlySet<Id>): EmailChange | SetError {
  if (!isJsonObject(patch)) return { type: 'invalidPatch', description: 'A change is an object of properties.' }
  const sets = { keywords: new Set(Object.keys(record.keywords)), mailboxIds: new Set(Object.keys(record.mailboxIds)) }
  for (const [path, value] of Object.entries(patch)) {
    const [property = '', member, ...deeper] = path.split('/').map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    if (property !== 'keywords' && property !== 'mailboxIds') return wrong(path, 'Only keywords and mailboxIds can be changed.')
    const whole = member === undefined
    if (deeper.length > 0 || (!whole && Object.hasOwn(patch, property))) {
      return { type: 'invalidPatch', description: `${path} reaches into a value, or one that is set as a whole.` }
    }
    const members = whole ? value : { [member]: value }
    const valid = isJsonObject(members) && Object.values(members).every(item => item === true || (!whole && item === null))
    if (!valid) return wrong(path, whole ? 'A set is an object of members that are true.' : 'A member is true, or null to remove it.')
    if (whole) sets[property].clear()
    for (const [key, item] of Object.entries(members)) {
      const name = property === 'keywords' ? key.toLowerCase() : key
      if (item === true) sets[property].add(name)
      else sets[property].delete(name)
    }
  }
  const change = { keywords: asSet(sets.keywords), mailboxIds: asSet(sets.mailboxIds) }
  return refusal(sets.keywords, sets.mailboxIds, mailboxIds) ?? change
}

function refusal(keywords: ReadonlySet<string>, wanted: ReadonlySet<string>, known: ReadonlySet<Id>): SetError | null {
  if (keywords.size > KEYWORDS_MAX) return { type: 'tooManyKeywords', description: `A message may have ${KEYWORDS_MAX} keywords.` }
  const keyword = [...keywords].find(name => !KEYWORD.test(name))
  if (keyword !== undefined) return wrong('keywords', `"${keyword}" cannot be a keyword.`)
  if (wanted.size === 0) return wrong('mailboxIds', 'A message is in one mailbox at least; destroy it instead.')
  const unknown = [...wanted].find(id => !known.has(id))
  return unknown === undefined ? null : wrong('mailboxIds', `There is no mailbox "${unknown}".`)
}

export function wrong(property: string, description: string): SetError {
  return { type: 'invalidProperties', description, properties: [property] }
}

export function isError(change: object): change is SetError {
  return 'type' in change
}

function asSet(members: ReadonlySet<string>): Record<string, true> {
  return Object.fromEntries([...members].map(member => [member, true as const]))
}
