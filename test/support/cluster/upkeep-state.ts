/**
 * What upkeep has left behind, told so that it is the same however the work went: messages by their subjects, because a
 * restored one has another id. The API says what people see of it, the database the rest.
 */
import assert from 'node:assert/strict'
import { isJsonObject, type Json, type JsonObject } from '../../../src/base/json.ts'
import { list, type Login } from '../api-call.ts'
import type { NodeProcess } from '../node-process.ts'
import { whatIsLeft } from '../over-data.ts'
import { DOMAIN, KEY_FAMILIES, NAMES, PASSWORD, type Name, type UpkeepWorld } from './upkeep-world.ts'
import type { ClusterWorld } from './world.ts'

const WORDS = ['heron', 'grey', 'tall', 'lost', 'shy', 'last', 'four']
const MAIL_MAX = 500

export interface EndState {
  /** By name, those that are there. */
  readonly accounts: Readonly<Record<string, AccountState>>
  readonly tenants: readonly Json[]
  readonly archived: readonly string[]
  readonly logins: number
  readonly tasks: readonly JsonObject[]
  readonly database: Readonly<Record<string, unknown>>
  /** Of what purgeData removes. */
  readonly over: unknown
}
interface AccountState {
  readonly usedDiskQuota: Json
  readonly mail: readonly string[]
  /** Their message ids, thread by thread. */
  readonly threads: readonly string[]
  readonly mailboxes: readonly string[]
  /** How many messages each of the words finds. */
  readonly found: Readonly<Record<string, number>>
}

/** When nothing waits any more. It takes away what purgeData has left. */
export async function endState({ store, witness }: ClusterWorld, front: NodeProcess, upkeep: UpkeepWorld): Promise<EndState> {
  const there = new Set((await list(front, 'Account')).map(({ name }) => String(name)))
  const accounts: Record<string, AccountState> = {}
  for (const name of NAMES.filter(each => there.has(each))) accounts[name] = await accountState(front, name, upkeep)
  return {
    accounts,
    tenants: (await list(front, 'Tenant')).map(({ name, usedDiskQuota }) => [name ?? null, usedDiskQuota ?? null]),
    archived: (await list(front, 'ArchivedItem')).map(({ accountId, subject, status }) => JSON.stringify([accountId, subject, status])).toSorted(),
    logins: (await list(front, 'OAuthGrant')).length,
    tasks: await list(front, 'Task'),
    database: Object.fromEntries(await Promise.all(Object.entries(ROWS).map(async ([what, sql]) => [what, await witness.ask(sql)]))),
    over: await whatIsLeft({ store }),
  }
}

async function accountState(front: NodeProcess, name: Name, { accountIds }: UpkeepWorld): Promise<AccountState> {
  const login: Login = { name: `${name}@${DOMAIN}`, password: PASSWORD }
  const accountId = accountIds[name]
  const [, emails, boxes, ...words] = await front.call([
    ['Email/query', { accountId, limit: MAIL_MAX }],
    ['Email/get', { accountId, '#ids': { resultOf: '0', name: 'Email/query', path: '/ids' } }],
    ['Mailbox/get', { accountId }],
    ...WORDS.map(text => ['Email/query', { accountId, filter: { text }, limit: MAIL_MAX }] as const),
  ], login)
  const mail = listOf(emails)
  const [account] = (await list(front, 'Account')).filter(({ id }) => id === accountId)
  const byThread = Map.groupBy(mail, ({ threadId }) => threadId)
  return {
    usedDiskQuota: account?.['usedDiskQuota'] ?? null,
    mail: mail.map(({ subject, messageId, mailboxIds, keywords, receivedAt, size }) => JSON.stringify([
      subject, messageId, keysOf(mailboxIds), keysOf(keywords), receivedAt, size])).toSorted(),
    threads: [...byThread.values()].map(group => group.map(({ messageId }) => String(messageId)).toSorted().join(' ')).toSorted(),
    mailboxes: listOf(boxes).map(({ name: box, totalEmails, unreadEmails, totalThreads, unreadThreads }) =>
      JSON.stringify([box, totalEmails, unreadEmails, totalThreads, unreadThreads])).toSorted(),
    found: Object.fromEntries(WORDS.map((word, nth) => [word, idsIn(words[nth])])),
  }
}

function idsIn(reply: JsonObject | undefined): number {
  assert.ok(Array.isArray(reply?.['ids']), JSON.stringify(reply))
  return reply['ids'].length
}

function listOf(reply: JsonObject | undefined): JsonObject[] {
  assert.ok(Array.isArray(reply?.['list']), JSON.stringify(reply))
  return reply['list'].filter(isJsonObject)
}

function keysOf(value: Json | undefined): string[] {
  return isJsonObject(value) ? Object.keys(value).toSorted() : []
}

const FAMILY = `case ${KEY_FAMILIES.map(({ prefix }) => `when key like '${prefix}%' then '${prefix}'`).join(' ')} else 'others' end`
/** By what is asked: SQL. A uidValidity is a time, and so it only shows whether it is that of the mailbox. */
const ROWS: Readonly<Record<string, string>> = {
  usage: 'select id, octets, emails, tenant_id from mail_usage order by id',
  blobs: 'select hash from blob order by hash',
  links: 'select account_id, collection, hash, count(*) from blob_link group by 1, 2, 3 order by 1, 2, 3',
  index: `select account_id, collection, name, count(*), count(distinct id) as documents from document_index group by 1, 2, 3 order by 1, 2, 3`,
  documents: 'select account_id, collection, count(*) from document group by 1, 2 order by 1, 2',
  search: `select s.account_id, d.body::json->>'subject' as subject, s.tokens::text as tokens from search_document s
    left join document d using (account_id, collection, id) order by 1, 2, 3`,
  /** Each node has a certificate, and there are more of them where some are lost. */
  keys: `select ${FAMILY} as family, count(*) from key_value where key not like 'server/%' group by 1 order by 1`,
  uids: `select i.account_id, split_part(i.value, '/', 1) as mailbox, array_agg(i.sort order by i.sort) as uids,
      count(distinct i.value) as validities, bool_and(m.body::json->>'uidValidity' = split_part(i.value, '/', 2)) as valid
    from document_index i left join document m
      on m.account_id = i.account_id and m.collection = 'Mailbox' and m.id = split_part(i.value, '/', 1)
    where i.name = 'uid' group by 1, 2 order by 1, 2`,
  /** Of those whose UIDs do not depend on when they came in. */
  uidOfSubject: `select i.account_id, split_part(i.value, '/', 1) as mailbox, d.body::json->>'subject' as subject, i.sort
    from document_index i join document d using (account_id, collection, id)
    where i.name = 'uid' and d.body::json->>'subject' similar to '(grey|white|tall|plan) %' order by 1, 2, 3, 4`,
  /** Each writing of a mailbox counts: a second renewal would show. */
  mailboxes: `select account_id, modseq from document_counter where collection = 'Mailbox' order by 1`,
  validities: `select account_id, count(distinct body::json->>'uidValidity') from document where collection = 'Mailbox' group by 1 order by 1`,
  traces: 'select sender, count(*) from trace group by 1 order by 1',
  /** What nobody could let go any more. */
  holders: `select lane, bucket from lease where holder is not null and holder not in (select incarnation from node) order by 1, 2`,
}

