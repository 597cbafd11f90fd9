/** Documents of accounts with index rows and change log, blobs by hash, and the search index. */
import type { Ddl, Migration } from './migration.ts'

export const domain: Migration = {
  version: 3,
  name: 'domain',
  statements(ddl) {
    const { text, integer, bytes, strict, keyed } = ddl
    return [
      `create table document (
        account_id ${text} not null,
        collection ${text} not null,
        id ${text} not null,
        modseq ${integer} not null,
        body ${text} not null,
        primary key (account_id, collection, id)
      ) ${strict}`,
      `create table document_index (
        account_id ${text} not null,
        collection ${text} not null,
        id ${text} not null,
        name ${text} not null,
        value ${text} not null,
        sort ${integer} not null,
        primary key (account_id, collection, id, name, value)
      ) ${keyed}`,
      // A scan is one range of it, already in order, and a count never leaves it.
      'create index document_scan on document_index (account_id, collection, name, value, sort, id)',
      `create table document_counter (
        account_id ${text} not null,
        collection ${text} not null,
        modseq ${integer} not null,
        primary key (account_id, collection)
      ) ${keyed}`,
      `create table document_change (
        account_id ${text} not null,
        collection ${text} not null,
        modseq ${integer} not null,
        id ${text} not null,
        kind ${text} not null,
        primary key (account_id, collection, modseq)
      ) ${keyed}`,
      `create table blob (
        hash ${text} primary key,
        size ${integer} not null,
        content ${bytes} not null
      ) ${strict}`,
      `create table blob_link (
        hash ${text} not null,
        account_id ${text} not null,
        collection ${text} not null,
        id ${text} not null,
        primary key (hash, account_id, collection, id)
      ) ${keyed}`,
      ...searchTables(ddl),
    ]
  },
}

/**
 * FTS5 keeps the tokens alone (no content, no positions, no columns: the tokens say their field), by the
 * number of the document. Its tokenizer splits at spaces only, as far as our tokens go: see search-terms.ts.
 */
function searchTables({ dialect, text, strict }: Ddl): string[] {
  const key = `account_id ${text} not null, collection ${text} not null, id ${text} not null`
  if (dialect === 'sqlite') {
    return [
      `create table search_document (
        number integer primary key, ${key}, unique (account_id, collection, id)) ${strict}`,
      `create virtual table search_tokens using fts5 (
        tokens, content = '', contentless_delete = 1, detail = none, tokenize = "ascii tokenchars '-_'")`,
    ]
  }
  return [
    `create table search_document (
      ${key}, tokens tsvector not null, primary key (account_id, collection, id))`,
    // New tokens wait in a list that every query reads: kept short, a query takes 5 ms instead of 13 while
    // mail is indexed.
    'create index search_tokens on search_document using gin (tokens) with (gin_pending_list_limit = 512)',
  ]
}
