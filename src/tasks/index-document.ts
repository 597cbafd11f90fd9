/**
 * IndexDocument: puts the newest state of one document into the full-text index.
 * At least once; a repeat replaces the same index entry. A document that is gone is taken out of the index, so a task
 * that comes late, twice or after its document does no harm.
 */
import { objectId, oneOf, string } from '../base/fields.ts'
import type { Outcome, RunContext } from '../engine/task-variant.ts'
import { errorText, hasCode } from '../errors.ts'
import type { Indexing } from '../services/indexing/indexing.ts'
import { define } from './define.ts'
import { documentKey, INDEX_DOCUMENT_TYPE, refuseDocumentType } from './enums.ts'

export interface Deps { readonly indexing: Pick<Indexing, 'index'> }

export default define.task({
  name: 'IndexDocument',
  label: 'Index a document',
  doc: 'Makes the current state of one document findable by full-text search.',
  duty: 'searchIndexing',
  lane: 'search',
  fields: {
    accountId: objectId('Account', 'The account that owns the document.', { update: 'immutable' }),
    documentId: string('The document, for e-mail the id of the message.', { update: 'immutable', label: 'Document' }),
    documentType: oneOf(INDEX_DOCUMENT_TYPE, 'What kind of document it is.', { update: 'immutable' }),
  },
  orderingKey: documentKey,
  dedupeKey: documentKey,
  creatable: true,
  refuse: task => refuseDocumentType(task.documentType),
  history: 'countSuccesses',
  limits: { runMsMax: 120_000, concurrencyPerNode: 2, batchMax: 100 },
  async runBatch(tasks, context: RunContext<Deps>) {
    const email = tasks.filter(task => refuseDocumentType(task.documentType) === null)
    const replies = await context.deps.indexing.index(email, context.signal)
    const outcomes = new Map(email.map((task, index) => [task.id, replies[index]]))
    return tasks.map((task): Outcome => {
      const reply = outcomes.get(task.id)
      if (reply === undefined) return { kind: 'fail', why: refuseDocumentType(task.documentType) ?? 'not indexed' }
      return reply.kind === 'failed' ? classify(reply.error) : { kind: 'done' }
    })
  },
  classify,
})

/** Content that is missing stays missing; everything else may be a passing trouble of the store. */
function classify(error: unknown): Outcome {
  return hasCode(error, 'blob/missing') ? { kind: 'fail', why: error.message } : { kind: 'retry', why: errorText(error) }
}
