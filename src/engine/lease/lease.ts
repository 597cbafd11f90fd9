/** What one incarnation may do right now, as a plain state machine: no I/O, no timers, time comes as an argument. README.md is its essay. */
import { assert } from '../../base/assert.ts'
import type { Id } from '../../base/ids.ts'
import type { Assignment } from '../assign/assign.ts'
import type { BucketRef, Granted, LeaseRow } from '../ports/node.ts'

export interface LeaseTimes {
  /** How long a node row lives without a heartbeat. */
  readonly ttlMs: number
  /** Trust ends this much before the row could expire. */
  readonly marginMs: number
  readonly heartbeatMs: number
}
export const LEASE_TIMES: LeaseTimes = { ttlMs: 10_000, marginMs: 2_000, heartbeatMs: 3_000 }

export interface HeldBucket extends BucketRef {
  readonly generation: number
  /** `leaving`: its release was sent, and may be carried out at any time: this generation is never worked again. */
  readonly phase: 'active' | 'closing' | 'leaving'
  /** Tasks due before this (store's time) may have been running when the last holder died; null: planned hand-over. */
  readonly suspectBefore: number | null
}

export class Lease {
  readonly incarnation: Id
  readonly #times: LeaseTimes
  readonly #held = new Map<string, HeldBucket>()
  #trustedUntilMs = -Infinity
  #over = false

  constructor(incarnation: Id, times: LeaseTimes = LEASE_TIMES) {
    assert(times.marginMs < times.ttlMs && times.heartbeatMs < times.ttlMs - times.marginMs, 'lease times leave no room for a missed heartbeat')
    this.incarnation = incarnation
    this.#times = times
  }

  get over(): boolean { return this.#over }
  get held(): readonly HeldBucket[] { return [...this.#held.values()] }

  trusted(monotonicMs: number): boolean {
    return !this.#over && monotonicMs < this.#trustedUntilMs
  }
  /** Monotonic time at which trust ends unless another heartbeat succeeds. */
  get trustedUntilMs(): number { return this.#trustedUntilMs }

  /** A heartbeat (or the join) that began at `startedMs` was answered. */
  heartbeatAnswered(startedMs: number, renewed: boolean): void {
    if (!renewed) this.end()
    else if (!this.#over) this.#trustedUntilMs = Math.max(this.#trustedUntilMs, startedMs + this.#times.ttlMs - this.#times.marginMs)
  }

  /** The store said that this incarnation is gone. Nothing brings it back. */
  end(): void {
    this.#over = true
    this.#held.clear()
  }

  /** Compares what should be ours with what is, and returns what to acquire. `leases` are the rows as the store shows them. */
  plan(assignment: Assignment, leases: readonly LeaseRow[], storeNow: number): BucketRef[] {
    const acquire: BucketRef[] = []
    const rows = new Map(leases.map(row => [keyOf(row), row]))
    for (const [lane, owners] of assignment) {
      for (const [bucket, owner] of owners.entries()) {
        const ref = { lane, bucket }
        const key = keyOf(ref)
        const row = rows.get(key)
        const mine = owner === this.incarnation
        // The view is younger than what we remember: a release whose reply was lost, then somebody else's acquisition.
        if ((row?.holder ?? null) !== this.incarnation) this.#held.delete(key)
        const held = this.#held.get(key)
        const leaving = held?.phase === 'leaving'
        if (held && !leaving) this.#set(ref, mine ? 'active' : 'closing', held.generation, held.suspectBefore)
        // Wanted back: a new generation makes the release of the old one change nothing.
        if (leaving && mine) acquire.push(ref)
        if (!held && row?.holder === this.incarnation) this.#set(ref, mine ? 'active' : 'closing', row.generation, storeNow)
        if (!held && mine && (row?.holder ?? null) === null) acquire.push(ref)
      }
    }
    return acquire
  }

  granted(buckets: readonly Granted[]): void {
    if (this.#over) return
    for (const bucket of buckets) this.#set(bucket, 'active', bucket.generation, bucket.diedAt)
  }

  /** Everything is to be given back (drain, stop). */
  closeAll(): void {
    for (const held of this.#held.values()) {
      if (held.phase === 'active') this.#set(held, 'closing', held.generation, held.suspectBefore)
    }
  }

  /** A release of these is about to be sent. */
  leaving(buckets: readonly HeldBucket[]): void {
    for (const held of buckets) this.#set(held, 'leaving', held.generation, held.suspectBefore)
  }

  released(buckets: readonly (BucketRef & { readonly generation: number })[]): void {
    for (const bucket of buckets) {
      if (this.#held.get(keyOf(bucket))?.generation === bucket.generation) this.#held.delete(keyOf(bucket))
    }
  }

  /** Keeps the old value when nothing changed: listeners compare by identity. */
  #set(ref: BucketRef, phase: HeldBucket['phase'], generation: number, suspectBefore: number | null): void {
    const old = this.#held.get(keyOf(ref))
    if (old?.phase === phase && old.generation === generation && old.suspectBefore === suspectBefore) return
    this.#held.set(keyOf(ref), { lane: ref.lane, bucket: ref.bucket, generation, phase, suspectBefore })
  }
}

function keyOf(ref: BucketRef): string {
  return `${ref.lane}/${ref.bucket}`
}
