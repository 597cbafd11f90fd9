/**
 * Stored traces: kept with the task that indexes each, found, indexed and removed. README.md beside this file.
 */
import { firstIdAt, isId } from '../../base/ids.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { TraceConditions, TraceRows } from '../../registry/objects/trace.ts'
import type { BlobOwner, DomainStore, DomainTx, Enqueue, SearchDocument, Trace, TraceFilter } from '../ports.ts'
import { expressionOf, wordTerms } from '../search/search.ts'
import { messageCounters } from './message-counters.ts'

/** Traces are of no account: they are indexed under an id that none has. */
const NO_ACCOUNT: Id = '0'.repeat(13)
const COLLECTION = 'Trace'
/** Of a text so many traces are looked at, the newest ones. */
const MATCHES_MAX = 10_000
const MATCHES_AT_ONCE_MAX = 1_000

export type TraceReply = { readonly kind: 'indexed' | 'gone' } | { readonly kind: 'failed'; readonly error: unknown }

export class Traces<Tx extends DomainTx = DomainTx> {
  readonly #store: DomainStore<Tx>
  readonly #enqueue: Enqueue<Tx>

  constructor({ store, enqueue }: { readonly store: DomainStore<Tx>; readonly enqueue: Enqueue<Tx> }) {
    this.#store = store
    this.#enqueue = enqueue
  }

  /**
   * All of it in one transaction: the traces, the tasks that index them, and what they add to counters. A repeat, because
   * the answer to the first was lost, adds nothing.
   */
  async keep(traces: readonly Trace[]): Promise<void> {
    await this.#store.transact(async tx => {
      const ids = traces.map(({ id }) => id)
      const known = new Set(await tx.traces.query({ among: ids }, { ascending: true, limit: ids.length }))
      const news = traces.filter(({ id }) => !known.has(id))
      await tx.traces.put(news)
      await this.#enqueue(tx, news.map(({ id }) => ({ variant: 'IndexTrace', payload: { traceId: id }, band: 1 })))
      await tx.counters.add(messageCounters(news))
    })
  }

  /** One reply for each trace, in their order. */
  async index(ids: readonly Id[], signal: AbortSignal): Promise<TraceReply[]> {
    const found = new Map((await this.#store.read(tx => tx.traces.get(ids.filter(isId)))).map(trace => [trace.id, trace]))
    signal.throwIfAborted()
    const analysed = ids.map(id => analyse(found.get(id)))
    const documents = analysed.flatMap(({ document }) => document ?? [])
    const gone = ids.filter((id, nth) => isId(id) && analysed[nth]?.reply.kind === 'gone')
    await this.#store.transact(async tx => {
      if (documents.length > 0) await tx.search.put(documents)
      if (gone.length > 0) await tx.search.remove(gone.map(ownerOf))
    })
    await this.#forgetGone(documents)
    return analysed.map(({ reply }) => reply)
  }

  /** A trace that was removed before this look may have been indexed after its removal; one that goes later takes its entry along. */
  async #forgetGone(written: readonly SearchDocument[]): Promise<void> {
    const ids = written.map(({ id }) => id)
    const there = new Set(await this.#store.read(tx => tx.traces.query({ among: ids }, { ascending: true, limit: ids.length })))
    const gone = ids.filter(id => !there.has(id))
    if (gone.length > 0) await this.#store.transact(tx => tx.search.remove(gone.map(ownerOf)))
  }
}

/** The stored traces as the object Trace sees them. */
export const storedTraces: TraceRows<DomainTx> = {
  get: (tx, ids) => tx.traces.get(ids),

  async query(tx, conditions, page) {
    const filter = filterOf(conditions)
    if (!conditions.texts) return tx.traces.query(filter, page)
    const { ascending, limit, afterId, position = 0 } = page
    const ids = await matches(tx, conditions.texts, filter)
    const after = afterId === undefined ? ids : ids.filter(id => ascending ? id > afterId : id < afterId)
    return (ascending ? after.toReversed() : after).slice(position, position + limit)
  },

  async count(tx, conditions) {
    const filter = filterOf(conditions)
    return conditions.texts ? (await matches(tx, conditions.texts, filter)).length : tx.traces.count(filter)
  },

  remove: removeTraces,
}

/** Removes traces that were over before then, at most `limit`, the oldest first; returns how many. */
export async function purgeTraces(tx: DomainTx, before: number, limit: number): Promise<number> {
  const old = await tx.traces.query({ beforeId: firstIdAt(before) }, { ascending: true, limit })
  return old.length === 0 ? 0 : removeTraces(tx, old)
}

async function removeTraces({ traces, search }: DomainTx, ids: readonly Id[]): Promise<number> {
  await search.remove(ids.map(ownerOf))
  return traces.remove(ids)
}

function filterOf({ time, from, to, id }: TraceConditions): TraceFilter {
  return {
    ...time === undefined ? {} : { fromId: firstIdAt(time.min), beforeId: firstIdAt(time.max + 1) },
    ...from === undefined ? {} : { from },
    ...to === undefined ? {} : { to },
    ...id === undefined ? {} : { among: [id] },
  }
}

/** Those that have all words of the texts and fit the filter, newest first. */
async function matches({ search, traces }: DomainTx, texts: readonly string[], filter: TraceFilter): Promise<Id[]> {
  const expression = expressionOf(texts.join(' '), [])
  if (expression === null) return []
  const ids: Id[] = []
  let after = filter.beforeId
  for (let seen = 0; seen < MATCHES_MAX; seen += MATCHES_AT_ONCE_MAX) {
    const found = await search.query(NO_ACCOUNT, COLLECTION, expression, MATCHES_AT_ONCE_MAX, after)
    const among = filter.among === undefined ? found : found.filter(id => filter.among?.includes(id))
    if (among.length > 0) ids.push(...await traces.query({ ...filter, among }, { ascending: false, limit: among.length }))
    after = found.at(-1)
    if (after === undefined || found.length < MATCHES_AT_ONCE_MAX || (filter.fromId !== undefined && after < filter.fromId)) break
  }
  return ids
}

interface Analysed { readonly reply: TraceReply; readonly document?: SearchDocument }

function analyse(trace: Trace | undefined): Analysed {
  if (trace === undefined) return { reply: { kind: 'gone' } }
  try {
    const { id, from, recipients } = trace
    const fields = { subject: [], from: wordTerms(from), to: wordTerms(recipients.join(' ')), cc: [], body: wordTerms(textOf(trace)) }
    return { reply: { kind: 'indexed' }, document: { ...ownerOf(id), fields } }
  } catch (error) {
    // Nothing but the trace itself can be the cause.
    return { reply: { kind: 'failed', error } }
  }
}

/** What its events say: addresses, hosts, replies. */
function textOf({ events }: Trace): string {
  return events.flatMap(({ values }) => Object.values(values as JsonObject)).map(String).join('\n')
}

function ownerOf(id: Id): BlobOwner {
  return { accountId: NO_ACCOUNT, collection: COLLECTION, id }
}
