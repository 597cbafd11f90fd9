/** What a store promises of the tables of registry and domain. The databases also run search-agreement.ts. */
import type { Store } from '../../src/store/store.ts'
import { auditTableContract } from './audit-table.ts'
import { blobTableContract } from './blob-table.ts'
import { documentChangesContract } from './document-changes.ts'
import { documentTableContract } from './document-table.ts'
import { domainTransactionContract } from './domain-transaction.ts'
import { keyValueTableContract } from './key-value-table.ts'
import { objectTableContract } from './object-table.ts'
import { searchTableContract } from './search-table.ts'
import { telemetryTablesContract } from './telemetry-tables.ts'
import { usageTableContract } from './usage-table.ts'

export function domainContract(store: () => Store): void {
  objectTableContract(store)
  keyValueTableContract(store)
  auditTableContract(store)
  documentTableContract(store)
  documentChangesContract(store)
  blobTableContract(store)
  searchTableContract(store)
  usageTableContract(store)
  telemetryTablesContract(store)
  domainTransactionContract(store)
}
