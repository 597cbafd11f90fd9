/** What nodes hold that are dead, as the store knows it: it alone decides who is (engine/lease/README.md). */
import type { Id } from '../../base/ids.ts'

/** `hostname` null: the store has no row of the node any more. */
export interface ReleasedHolds {
  readonly holders: readonly { readonly incarnation: Id; readonly hostname: string | null }[]
  readonly leases: number
  readonly tasks: number
}

export interface DeadHolders {
  /** Does nothing to the living. */
  release(): Promise<ReleasedHolds>
}
