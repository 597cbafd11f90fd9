/** Enumerations that more than one variant declares, and what follows from them; one of a single variant stands in that variant's file. */
import { enumType } from '../base/fields.ts'

export const INDEX_DOCUMENT_TYPE = enumType('IndexDocumentType', [
  { name: 'email', label: 'E-mail message' },
  { name: 'calendar', label: 'Calendar event' },
  { name: 'contacts', label: 'Contact card' },
  { name: 'file', label: 'File' },
])
export type IndexDocumentType = NonNullable<(typeof INDEX_DOCUMENT_TYPE)['_names']>

/**
 * Index and unindex a document in order, and nothing else: the documents of one account may be worked side by side, by any
 * number of nodes.
 */
export function documentKey(task: { readonly accountId: string; readonly documentType: string; readonly documentId: string }): string {
  return `${task.accountId}/${task.documentType}/${task.documentId}`
}

/** What a creation of IndexDocument or UnindexDocument is refused with while a document type has no indexer. */
export function refuseDocumentType(documentType: IndexDocumentType): string | null {
  if (documentType === 'email') return null
  return `Only documents of type "email" are indexed so far; "${documentType}" has no indexer yet.`
}
