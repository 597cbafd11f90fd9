/**
 * UnindexDocument: takes one document out of the full-text index, after the document itself has gone.
 * At least once; removing what is not there is no error. Tasks of one document run one at a time, and an IndexDocument
 * that comes after this one finds no document.
 */
import { objectId, oneOf, string } from '../base/fields.ts'
import type { Outcome, RunContext } from '../engine/task-variant.ts'
import { errorText } from '../errors.ts'
import type { Indexing } from '../services/indexing/indexing.ts'
import { define } from './define.ts'
import { documentKey, INDEX_DOCUMENT_TYPE, refuseDocumentType } from './enums.ts'

export interface Deps { readonly indexing: Pick<Indexing, 'unindex'> }

export default define.task({
  name: 'UnindexDocument',
  label: 'Remove a document from the index',
  doc: 'Takes one document out of full-text search.',
  duty: 'searchIndexing',
  lane: 'search',
  fields: {
    accountId: objectId('Account', 'The account that owned the document.', { update: 'immutable' }),
    documentId: string('The document, for e-mail the id of the message.', { update: 'immutable', label: 'Document' }),
    documentType: oneOf(INDEX_DOCUMENT_TYPE, 'What kind of document it was.', { update: 'immutable' }),
  },
  orderingKey: documentKey,
  dedupeKey: documentKey,
  creatable: true,
  refuse: task => refuseDocumentType(task.documentType),
  history: 'countSuccesses',
  limits: { runMsMax: 60_000, concurrencyPerNode: 2, batchMax: 500 },
  async runBatch(tasks, context: RunContext<Deps>) {
    await context.deps.indexing.unindex(tasks.filter(task => refuseDocumentType(task.documentType) === null))
    return tasks.map((task): Outcome => {
      const refusal = refuseDocumentType(task.documentType)
      return refusal === null ? { kind: 'done' } : { kind: 'fail', why: refusal }
    })
  },
  classify: (error): Outcome => ({ kind: 'retry', why: errorText(error) }),
})
