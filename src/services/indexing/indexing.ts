/**
 * Indexing: what the tasks IndexDocument and UnindexDocument do. A batch of messages is read in one look at the store,
 * turned into terms, and written in one transaction. The documents of one account are indexed side by side, so nothing here
 * locks the account for longer than it takes to note a language that is new to it.
 *
 * | found | done |
 * |---|---|
 * | the message | its newest state replaces whatever was indexed of it |
 * | no such message | it is taken out of the index, which a late task may have put back in |
 * | a message that goes while it is indexed | it is looked for once more when everything is written, and taken out again: no order of tasks is needed for that |
 * | a message that cannot be turned into terms, or whose blob is missing | it alone fails; the others are indexed |
 * | an account that was destroyed meanwhile | nothing is written: its removal may have passed the index already |
 * | a store that does not answer | the call throws and nothing is written |
 *
 * The likeliest language of each message is remembered for its account, beside the index: searches there then need no
 * stems of the languages that nobody writes in.
 */
import { isId } from '../../base/ids.ts'
import type { Id } from '../../base/ids.ts'
import type { Email, EmailRecord, MailStore } from '../mailstore/mailstore.ts'
import { contentMissing, EMAIL } from '../mailstore/mailstore.ts'
import { parseMessage, searchableText } from '../message/message.ts'
import type { Address } from '../message/message.ts'
import type { DomainStore, DomainTx, SearchDocument } from '../ports.ts'
import { isLanguage, termsOf } from '../search/search.ts'
import type { Language, SearchText } from '../search/search.ts'

export interface IndexedDocument { readonly accountId: Id; readonly documentId: Id }
export type IndexReply =
  | { readonly kind: 'indexed' | 'gone' }
  | { readonly kind: 'failed'; readonly error: unknown }

/** Of a longer message the beginning is read; its attachments' names are known all the same. */
const MESSAGE_BYTES_MAX = 4 * 1024 * 1024
/** Of a batch. */
const CONTENT_BYTES_AT_ONCE_MAX = 4 * 1024 * 1024
export const SEARCH_LANGUAGES = 'SearchLanguages'
const LANGUAGES_ID: Id = '0'.repeat(13)
const NOTHING_FOUND: Found = { languages: new Set(), news: false }

type Analysed = IndexReply & { readonly document?: SearchDocument; readonly language?: Language | undefined }
/** The languages of an account's batch, and whether one of them is new. */
interface Found { readonly languages: ReadonlySet<Language>; readonly news: boolean }

export class Indexing<Tx extends DomainTx = DomainTx> {
  readonly #store: DomainStore<Tx>
  readonly #mailStore: MailStore<Tx>

  constructor({ store, mailStore }: { readonly store: DomainStore<Tx>; readonly mailStore: MailStore<Tx> }) {
    this.#store = store
    this.#mailStore = mailStore
  }

  /** One reply for each document, in their order. */
  async index(documents: readonly IndexedDocument[], signal: AbortSignal): Promise<IndexReply[]> {
    const { analysed, found } = await this.#store.read(async tx => {
      const emails = await this.#load(tx, documents)
      const analysed: Analysed[] = []
      for (const part of inParts(documents, document => emails.get(keyOf(document))?.record.size ?? 0)) {
        const there = part.flatMap(document => emails.get(keyOf(document)) ?? [])
        const contents = await tx.blobs.getAll(there.map(({ record }) => record.blobId))
        for (const document of part) {
          signal.throwIfAborted()
          const email = emails.get(keyOf(document))
          analysed.push(email ? await analysis(document.accountId, email, contents.get(email.record.blobId)) : { kind: 'gone' })
        }
      }
      return { analysed, found: await this.#languagesIn(tx, analysed) }
    })
    const gone = documents.filter((_, index) => analysed[index]?.kind === 'gone')
    const written = analysed.flatMap(({ document }) => document ?? [])
    await this.#write(written, gone.filter(isOurs), found)
    await this.#forgetGone(written)
    return analysed.map(({ document: _, language: __, ...reply }) => reply)
  }

  async unindex(documents: readonly IndexedDocument[]): Promise<void> {
    const ours = documents.filter(isOurs)
    if (ours.length > 0) await this.#store.transact(tx => tx.search.remove(ours.map(ownerOf)))
  }

  /** The languages that the account's messages are written in; none: nothing is known, so search in all. */
  async languages({ documents }: DomainTx, accountId: Id): Promise<Language[]> {
    const [stored] = await documents.get(accountId, SEARCH_LANGUAGES, [LANGUAGES_ID])
    return Object.keys(stored?.body ?? {}).filter(isLanguage)
  }

  async #load(tx: Tx, documents: readonly IndexedDocument[]): Promise<Map<string, Email>> {
    const found = new Map<string, Email>()
    for (const [accountId, group] of Map.groupBy(documents.filter(isOurs), document => document.accountId)) {
      const ids = [...new Set(group.map(document => document.documentId))]
      for (const email of await this.#mailStore.emails(tx, accountId, ids)) {
        found.set(keyOf({ accountId, documentId: email.id }), email)
      }
    }
    return found
  }

  async #languagesIn(tx: Tx, analysed: readonly Analysed[]): Promise<ReadonlyMap<Id, Found>> {
    const found = new Map<Id, Found>()
    for (const [accountId, group] of Map.groupBy(analysed, ({ document }) => document?.accountId)) {
      if (accountId === undefined) continue
      const languages = new Set(group.flatMap(({ language }) => language ?? []))
      const known = await this.languages(tx, accountId)
      found.set(accountId, { languages, news: [...languages].some(language => !known.includes(language)) })
    }
    return found
  }

  async #write(documents: readonly SearchDocument[], gone: readonly IndexedDocument[], found: ReadonlyMap<Id, Found>): Promise<void> {
    if (documents.length === 0 && gone.length === 0) return
    await this.#store.transact(async tx => {
      const there = await this.#enter(tx, found)
      const kept = documents.filter(document => there.has(document.accountId))
      if (kept.length > 0) await tx.search.put(kept)
      if (gone.length > 0) await tx.search.remove(gone.map(ownerOf))
      for (const accountId of there) {
        const { languages, news } = found.get(accountId) ?? NOTHING_FOUND
        if (news) await this.#remember(tx, accountId, languages)
      }
    })
  }

  /** Which of the accounts may be written for, in turns with whoever removes them. */
  async #enter(tx: Tx, found: ReadonlyMap<Id, Found>): Promise<ReadonlySet<Id>> {
    const there = new Set<Id>()
    for (const [accountId, { news }] of [...found].toSorted(([left], [right]) => left < right ? -1 : 1)) {
      if (await this.#mailStore.enter(tx, accountId, SEARCH_LANGUAGES, news ? 'lock' : 'share')) there.add(accountId)
    }
    return there
  }

  /**
   * Of a message that went before this look, the task that takes it out may have run before the index was written. Of one
   * that goes later, it comes later.
   */
  async #forgetGone(written: readonly SearchDocument[]): Promise<void> {
    const gone = await this.#store.read(async tx => {
      const gone: SearchDocument[] = []
      for (const [accountId, group] of Map.groupBy(written, document => document.accountId)) {
        const there = await tx.documents.present(accountId, EMAIL, group.map(({ id }) => id))
        gone.push(...group.filter(({ id }) => !there.has(id)))
      }
      return gone
    })
    if (gone.length > 0) await this.#store.transact(tx => tx.search.remove(gone))
  }

  /** Never forgets one: a stem too many in a search costs little, one too few loses answers. */
  async #remember(tx: Tx, accountId: Id, found: ReadonlySet<Language>): Promise<void> {
    const all = new Set([...await this.languages(tx, accountId), ...found])
    const body = Object.fromEntries([...all].map(language => [language, true]))
    await tx.documents.put(accountId, SEARCH_LANGUAGES, LANGUAGES_ID, body, [])
  }
}

async function analysis(accountId: Id, { id, record }: Email, content: Uint8Array | undefined): Promise<Analysed> {
  if (content === undefined) return { kind: 'failed', error: contentMissing(record.blobId) }
  try {
    const { fields, languages } = await termsOf(await searchTextOf(record, content))
    return { kind: 'indexed', document: { accountId, collection: EMAIL, id, fields }, language: languages[0] }
  } catch (error) {
    // Nothing but the message itself can be the cause.
    return { kind: 'failed', error }
  }
}

/** Neighbours whose contents are in memory at the same time: one, or as many as are small enough together. */
function inParts<T>(all: readonly T[], octetsOf: (each: T) => number): T[][] {
  const parts: T[][] = []
  let octets = Infinity
  for (const each of all) {
    octets += octetsOf(each)
    if (octets > CONTENT_BYTES_AT_ONCE_MAX) {
      parts.push([])
      octets = octetsOf(each)
    }
    parts.at(-1)?.push(each)
  }
  return parts
}

async function searchTextOf(record: EmailRecord, content: Uint8Array): Promise<SearchText> {
  const message = await parseMessage(content.subarray(0, MESSAGE_BYTES_MAX))
  const names = record.parts.flatMap(part => part.name ?? [])
  return {
    subject: message.subject ?? '',
    from: people(message.from),
    to: people(message.to),
    cc: people(message.cc),
    // There is no field for blind copies, and only their sender has them: a search of everything finds them here.
    body: [await searchableText(message), ...names, people(message.bcc)].join('\n'),
  }
}

function people(addresses: readonly Address[] | null): string {
  return (addresses ?? []).map(({ name, email }) => `${name ?? ''} ${email}`).join('\n')
}

/** A client may name anything as a document; only what has the form of an id can be one. */
function isOurs({ accountId, documentId }: IndexedDocument): boolean {
  return isId(accountId) && isId(documentId)
}

function ownerOf({ accountId, documentId }: IndexedDocument): { accountId: Id; collection: string; id: Id } {
  return { accountId, collection: EMAIL, id: documentId }
}

function keyOf({ accountId, documentId }: IndexedDocument): string {
  return `${accountId}/${documentId}`
}
