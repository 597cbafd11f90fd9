/**
 * How long content that nothing links is kept: when it was stored, and who has uploaded or unlinked it since. What is there
 * already, and what a node of the version before stores, has no time: the first purge that finds it unlinked gives it one.
 */
import type { Migration } from './migration.ts'

export const blobClaims: Migration = {
  version: 14,
  name: 'blob-claims',
  statements: ({ text, integer, keyed }) => [
    `alter table blob add column stored_at ${integer}`,
    `create table blob_claim (
      account_id ${text} not null,
      holder_id ${text} not null,
      hash ${text} not null,
      at ${integer} not null,
      primary key (account_id, holder_id, hash)
    ) ${keyed}`,
    'create index blob_claim_hash on blob_claim (hash)',
  ],
}
