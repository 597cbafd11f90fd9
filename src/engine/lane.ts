/** A lane: a stream of tasks (or one loop) gated by one duty; the unit in which work is assigned. */
export interface Lane {
  readonly name: string
  readonly duty: string
  readonly buckets: number
  /** The key of the older TOML scheme whose node lists narrow the candidates; null: none. */
  readonly legacyKey: string | null
  /** `push`: bucket b prefers the nodes whose push shard is b + 1. */
  readonly sharding: 'none' | 'push'
}
