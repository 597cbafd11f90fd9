/** Hints from node to node that something has changed. */
import type { Id } from '../../base/ids.ts'

/** Hints only: every one may be lost, and nothing depends on them but latency. An empty list means any of them. */
export type Hint =
  /** Tasks were added, or are due earlier. */
  | { readonly kind: 'tasks'; readonly lanes: readonly string[] }
  /** Tasks that do not run were edited or destroyed: what was fetched of them is out of date. */
  | { readonly kind: 'edited'; readonly ids: readonly Id[] }
  | { readonly kind: 'leases' }
  | { readonly kind: 'requests' }
  | { readonly kind: 'schedules' }
  | { readonly kind: 'objects'; readonly names: readonly string[] }
  /** For people who look on, and nobody else: runs of these tasks began to last, went on or ended. Said a few times a second at most. */
  | { readonly kind: 'ran'; readonly ids: readonly Id[] }
  /** Likewise: the history has more. */
  | { readonly kind: 'recorded' }
  /** Likewise: hints may have been lost, of this process or of another one. All others come with it. */
  | { readonly kind: 'lost' }
export interface Wakeups {
  /** Tells the other nodes, and this one, after commit. */
  publish(hint: Hint): void
  subscribe(listener: (hint: Hint) => void): () => void
}
