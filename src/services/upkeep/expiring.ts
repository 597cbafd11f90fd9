/**
 * Collections whose documents are only kept for a while after they are over. Whoever writes one of them gives a document the
 * row `overSince` once nothing more will happen to it (a submission that was sent, a notice, a message that is in the inbox), and
 * the purge of its account does the rest. A document without this row is not over yet, and stays. They link no content.
 */
import type { Retention } from '../../registry/objects/data-retention.ts'
import type { DocumentIndex } from '../ports.ts'

export interface Expiring {
  readonly collection: string
  /** In the progress of a purge. */
  readonly label: string
  readonly keptFor: 'expungeSubmissionsAfter' | 'expungeShareNotifyAfter' | 'expungeSchedulingInboxAfter'
}

export const EXPIRING: readonly (Expiring & { readonly keptFor: keyof Retention })[] = [
  // RFC 8621 §7
  { collection: 'EmailSubmission', label: 'submissions', keptFor: 'expungeSubmissionsAfter' },
  // RFC 9670 §3
  { collection: 'ShareNotification', label: 'share notices', keptFor: 'expungeShareNotifyAfter' },
  // RFC 6638 §2.2
  { collection: 'SchedulingMessage', label: 'scheduling messages', keptFor: 'expungeSchedulingInboxAfter' },
]

export const OVER = 'over'

/** In ms since 1970. */
export function overSince(atMs: number): DocumentIndex {
  return { name: OVER, value: '', sort: atMs }
}
