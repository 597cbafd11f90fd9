/** The change log of documents in memory. */
import type { DocumentLog } from '../../services/ports.ts'
import type { Collections } from './document-collections.ts'

export function memoryDocumentLog(collections: Collections): DocumentLog {
  return {
    /** One transaction writes at a time anyway. */
    async lock() {},
    async share() {},

    async modseq(accountId, collection) {
      return collections.highest(accountId, collection)
    },

    async changes(accountId, collection, since, limit) {
      const kept = collections.changes(accountId, collection)
      const trimmed = collections.highest(accountId, collection) - kept.length
      return since < trimmed ? null : kept.slice(since - trimmed, since - trimmed + limit)
    },

    async trim(accountId, collection, keep, limit) {
      const kept = collections.changes(accountId, collection)
      const count = Math.max(0, Math.min(kept.length - keep, limit))
      if (count > 0) collections.replaceChanges(accountId, collection, kept.slice(count))
      return count
    },

    async draw(accountId, sequence, count) {
      return collections.advance(accountId, sequence, count)
    },

    async collections(accountId) {
      return collections.names(accountId)
    },

    async forget(accountId, collection, limit) {
      const changes = collections.changes(accountId, collection)
      if (changes.length > limit) {
        collections.replaceChanges(accountId, collection, changes.slice(limit))
        return limit
      }
      collections.forget(accountId, collection)
      return changes.length
    },
  }
}
