/** Finds what an account that goes has uploaded into the accounts of others. */
import type { Migration } from './migration.ts'

export const claimsByHolder: Migration = {
  version: 23,
  name: 'claims-by-holder',
  statements: () => [`create index blob_claim_holder on blob_claim (holder_id, account_id, hash) where holder_id <> ''`],
}
