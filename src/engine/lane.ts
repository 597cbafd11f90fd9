/** A lane: a stream of tasks (or one loop) gated by one duty; the unit in which work is assigned. */
export interface Lane {
  readonly name: string
  readonly duty: string
  readonly buckets: number
  /** The key of the older TOML scheme whose node lists narrow the candidates; null: none. */
  readonly legacyKey: string | null
  /** `push`: bucket b prefers the nodes whose push shard is b + 1. */
  readonly sharding: 'none' | 'push'
  /** Somebody waits for its work, or it is what all other work begins with: two nodes should be able to do it. */
  readonly critical?: true
}
