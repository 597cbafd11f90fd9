/** The tables of documents, blobs and of what is indexed: migration 0003. JSON is text. */
import type { Generated } from 'kysely'

export interface DocumentColumns {
  account_id: string
  collection: string
  id: string
  modseq: number
  body: string
}

export interface DocumentIndexColumns {
  account_id: string
  collection: string
  id: string
  name: string
  value: string
  sort: number
}

/** The highest modseq; writers of one account's collection take turns on this row. */
export interface DocumentCounterColumns {
  account_id: string
  collection: string
  modseq: number
}

export interface DocumentChangeColumns {
  account_id: string
  collection: string
  modseq: number
  id: string
  kind: string
}

export interface BlobColumns {
  hash: string
  size: number
  content: Uint8Array
  /** Migration 0014; null: stored by a version before it. */
  stored_at: number | null
}

export interface BlobLinkColumns {
  hash: string
  account_id: string
  collection: string
  id: string
}

/** Content that an account uploaded or unlinked at that time; '' as holder: any of its members. Migration 0014. */
export interface BlobClaimColumns {
  account_id: string
  holder_id: string
  hash: string
  at: number
}

/**
 * Which documents are indexed. PostgreSQL keeps their tokens in a further column, SQLite in a table of FTS5.
 */
export interface SearchDocumentColumns {
  account_id: string
  collection: string
  id: string
}

/** Of an account, or of a tenant; migration 0005. */
export interface MailUsageColumns {
  id: string
  octets: number
  emails: number
  /** Of an account: the tenant whose sum it is a part of. */
  tenant_id: string | null
  /** How often it was counted again and put right. */
  corrections: Generated<number>
}

export interface DomainTables {
  document: DocumentColumns
  document_index: DocumentIndexColumns
  document_counter: DocumentCounterColumns
  document_change: DocumentChangeColumns
  blob: BlobColumns
  blob_link: BlobLinkColumns
  blob_claim: BlobClaimColumns
  search_document: SearchDocumentColumns
  mail_usage: MailUsageColumns
}
