/**
 * `Email/query` (RFC 8621 §4.4).
 *
 * | filter | how it is answered |
 * |---|---|
 * | nothing, or one mailbox | from the index alone: the page is read, the total is a count |
 * | other conditions | messages of the mailbox (or all) are read in order and tested, as far as the page needs |
 * | text that must occur | the search index names the messages; these are read, tested and put in order |
 *
 * Work is bounded: a filter for which more messages would have to be looked at is refused with `unsupportedFilter`,
 * which clients show as "search for less".
 */
import { assertNever } from '../../base/assert.ts'
import { hash32 } from '../../base/hash.ts'
import type { Id } from '../../base/ids.ts'
import { isJsonObject } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import { hasCode } from '../../errors.ts'
import { MethodError } from '../../registry/method.ts'
import type { Method } from '../../registry/method.ts'
import { booleanArgument, listArgument, objectArgument } from '../../registry/ops/arguments.ts'
import { EMAIL } from '../../services/mailstore/mailstore.ts'
import type { EmailRecord, MailStore } from '../../services/mailstore/mailstore.ts'
import type { DomainTx, SearchExpression } from '../../services/ports.ts'
import { stemsOf } from '../../services/search/search.ts'
import { accountOf } from './account.ts'
import type { MailEnvironment } from './account.ts'
import { readFilter, simplified } from './email-filter.ts'
import type { Condition } from './email-filter.ts'
import { pageOf, readPage } from './page.ts'

/** Messages that one query reads. */
const EXAMINED_MAX = 100_000
/** Index rows that one query passes on its way to the page. */
const PASSED_MAX = 1_000_000
/** Matches of one text that are taken from the search index. */
const MATCHES_MAX = 50_000
const READ_BATCH = 500
const SEARCH_BATCH = 5_000

interface Hit { readonly id: Id; readonly sort: number; readonly record?: EmailRecord }
type Test = (id: Id, record: EmailRecord) => boolean
type EmailReader = Pick<MailStore, 'emails'>

export function emailQuery<Tx extends DomainTx>({ store, mailStore, indexing }: MailEnvironment<Tx>): Method {
  return async (args, context) => {
    const accountId = accountOf(args, context, 'jmapEmailQuery')
    const filter = objectArgument(args, 'filter')
    const ascending = readSort(args)
    const collapse = booleanArgument(args, 'collapseThreads')
    const counting = booleanArgument(args, 'calculateTotal')
    const page = pageOf(args)
    return store.read(async tx => withinLimits(async () => {
      const condition = simplified(readFilter(filter, filter === undefined ? [] : await stemsOf(await indexing.languages(tx, accountId))))
      const view = new EmailView(tx, mailStore, accountId, ascending)
      const { hits, total } = await view.matching(condition, collapse)
      const reply = await readPage(hits, total, page, counting)
      return {
        accountId,
        // Indexing changes answers without changing a message, so the state speaks of the answer as well.
        queryState: `${await tx.documents.modseq(accountId, EMAIL)}-${hash32(`${reply.total} ${reply.ids.join()}`).toString(16)}`,
        canCalculateChanges: false,
        position: reply.position,
        ids: reply.ids,
        ...(counting ? { total: reply.total } : {}),
        ...(page.limitIsOurs ? { limit: page.limit } : {}),
      }
    }))
  }
}

interface Matches {
  readonly hits: AsyncIterable<Hit>
  /** When it is known without going through all of them. */
  readonly total: number | null
}

/** One account's messages in one order. */
class EmailView {
  readonly #tx: DomainTx
  readonly #mailStore: EmailReader
  readonly #accountId: Id
  readonly #ascending: boolean
  #examined = 0

  constructor(tx: DomainTx, mailStore: EmailReader, accountId: Id, ascending: boolean) {
    this.#tx = tx
    this.#mailStore = mailStore
    this.#accountId = accountId
    this.#ascending = ascending
  }

  async matching(condition: Condition, collapse: boolean): Promise<Matches> {
    const parts = condition.kind === 'and' ? condition.parts : [condition]
    const text = parts.find(part => part.kind === 'text')
    const mailbox = parts.find(part => part.kind === 'record' && part.mailboxId !== undefined)
    const mailboxId = mailbox?.kind === 'record' ? mailbox.mailboxId : undefined
    const rest = parts.filter(part => part !== text && (text !== undefined || part !== mailbox))
    const index = mailboxId === undefined ? { name: 'all', value: '' } : { name: 'mailbox', value: mailboxId }
    if (text === undefined && rest.length === 0 && !collapse) {
      return { hits: this.#scan(index), total: await this.#tx.documents.count(this.#accountId, EMAIL, index.name, index.value) }
    }
    const test = await this.#testOf({ kind: 'and', parts: rest })
    const candidates = text ? this.#found(text.expression) : this.#read(this.#scan(index))
    const hits = filtered(candidates, test)
    return { hits: collapse ? firstOfThread(hits) : hits, total: null }
  }

  /** What is asked of each message; texts below `or` and `not` are searched once, beforehand. */
  async #testOf(condition: Condition): Promise<Test> {
    switch (condition.kind) {
      case 'record': return (_, record) => condition.test(record)
      case 'text': {
        const ids = new Set(await this.#search(condition.expression))
        return id => ids.has(id)
      }
      case 'not': {
        const test = await this.#testOf(condition.part)
        return (id, record) => !test(id, record)
      }
      case 'and':
      case 'or': {
        const tests: Test[] = []
        for (const part of condition.parts) tests.push(await this.#testOf(part))
        return condition.kind === 'and'
          ? (id, record) => tests.every(test => test(id, record))
          : (id, record) => tests.some(test => test(id, record))
      }
      default: return assertNever(condition)
    }
  }

  async * #scan(index: { readonly name: string; readonly value: string }): AsyncGenerator<Hit> {
    let after: Hit | undefined
    for (let passed = 0; ; passed += READ_BATCH) {
      if (passed >= PASSED_MAX) throw tooMuch(`Only the first ${PASSED_MAX} results can be reached; narrow the filter.`)
      const order = { ascending: this.#ascending, limit: READ_BATCH, ...(after ? { after } : {}) }
      const rows = await this.#tx.documents.scan(this.#accountId, EMAIL, { ...index, ...order })
      yield* rows
      after = rows.at(-1)
      if (after === undefined || rows.length < READ_BATCH) return
    }
  }

  async * #read(hits: AsyncIterable<Hit>): AsyncGenerator<Required<Hit>> {
    let batch: Hit[] = []
    for await (const hit of hits) {
      batch.push(hit)
      if (batch.length < READ_BATCH) continue
      yield* await this.#records(batch.map(({ id }) => id))
      batch = []
    }
    yield* await this.#records(batch.map(({ id }) => id))
  }

  /** The index is in order of ids; a page is in order of arrival. */
  async * #found(expression: SearchExpression): AsyncGenerator<Required<Hit>> {
    const ids = await this.#search(expression)
    const hits: Required<Hit>[] = []
    for (let start = 0; start < ids.length; start += READ_BATCH) {
      hits.push(...await this.#records(ids.slice(start, start + READ_BATCH)))
    }
    const sign = this.#ascending ? 1 : -1
    yield* hits.toSorted((left, right) => sign * (left.sort - right.sort || (left.id < right.id ? -1 : 1)))
  }

  /** Messages that are gone but not yet out of the index are left out. */
  async #records(ids: readonly Id[]): Promise<Required<Hit>[]> {
    this.#examined += ids.length
    if (this.#examined > EXAMINED_MAX) throw tooMuch(`This would look at more than ${EXAMINED_MAX} messages; narrow the filter.`)
    const emails = ids.length === 0 ? [] : await this.#mailStore.emails(this.#tx, this.#accountId, ids)
    return emails.map(({ id, record }) => ({ id, sort: record.receivedAt, record }))
  }

  async #search(expression: SearchExpression): Promise<Id[]> {
    const ids: Id[] = []
    for (;;) {
      const after = ids.at(-1)
      const found = await this.#tx.search.query(this.#accountId, EMAIL, expression, SEARCH_BATCH, after)
      ids.push(...found)
      if (found.length < SEARCH_BATCH) return ids
      if (ids.length > MATCHES_MAX) throw tooMuch(`More than ${MATCHES_MAX} messages have these words; add others.`)
    }
  }
}

async function * filtered(hits: AsyncIterable<Required<Hit>>, test: Test): AsyncGenerator<Required<Hit>> {
  for await (const hit of hits) if (test(hit.id, hit.record)) yield hit
}

async function * firstOfThread(hits: AsyncIterable<Required<Hit>>): AsyncGenerator<Hit> {
  const seen = new Set<Id>()
  for await (const hit of hits) {
    if (seen.has(hit.record.threadId)) continue
    seen.add(hit.record.threadId)
    yield hit
  }
}

/** Newest first unless asked otherwise. */
function readSort(args: JsonObject): boolean {
  const sort = listArgument(args, 'sort') ?? []
  const [first] = sort
  if (first === undefined) return false
  const { property, isAscending = true } = isJsonObject(first) ? first : {}
  if (sort.length === 1 && property === 'receivedAt' && typeof isAscending === 'boolean') return isAscending
  throw new MethodError('unsupportedSort', 'Messages are sorted by one property, receivedAt.')
}

async function withinLimits<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (hasCode(error, 'search/too-complex')) throw tooMuch(error.message)
    throw error
  }
}

function tooMuch(description: string): MethodError {
  return new MethodError('unsupportedFilter', description)
}
