/**
 * Of what is in the search index of each document, in SQLite: FTS5 does not tell. Without one (indexed before) a document is
 * written once more. PostgreSQL keeps the tokens themselves.
 */
import type { Migration } from './migration.ts'

export const searchDigests: Migration = {
  version: 22,
  name: 'search-digests',
  statements: ({ dialect, text }) => dialect === 'sqlite' ? [`alter table search_document add column digest ${text}`] : [],
}
