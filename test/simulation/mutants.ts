/**
 * Deliberate bugs, each a text replaced in one file while it is loaded. `seeds`: within how many the simulator must have
 * found it. The text must stand in the file exactly once: a change there that makes a mutant moot has to be noticed.
 */
export interface Mutant {
  readonly name: string
  /** Which promise it breaks. */
  readonly breaks: string
  readonly file: string
  readonly from: string
  readonly to: string
  readonly seeds: number
  /** A world that is known to meet it, and is played first: the search for one takes up to two minutes. */
  readonly meets?: number
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'trust-from-the-reply', breaks: 'trust counts from the start of a heartbeat',
    file: 'src/engine/lease/holder.ts', from: 'this.#lease.heartbeatAnswered(startedMs, true)', to: 'this.#lease.heartbeatAnswered(clock.monotonicMs() + 2_500, true)', seeds: 600, meets: 69,
  },
  {
    name: 'trust-by-the-timer', breaks: 'trust is looked at by the clock at each start',
    file: 'src/engine/lease/holder.ts', from: 'return this.#lease.trusted(this.#deps.clock.monotonicMs())', to: 'return this.#trusted', seeds: 600,
  },
  {
    name: 'trust-without-an-end', breaks: 'what runs is aborted when trust ends',
    file: 'src/engine/cluster/incarnation.ts', from: "this.#pins.abortAll('untrusted', 'the lease is no longer trusted')", to: '', seeds: 600, meets: 253,
  },
  {
    name: 'unfenced-outcome', breaks: 'an outcome counts only while the node row lives',
    file: 'src/store/memory/queue.ts', from: "if (!isAlive(context, holder)) return 'lost'\n      return settle", to: 'return settle', seeds: 600,
  },
  {
    name: 'unfenced-pin', breaks: 'a pin counts only while the node row lives',
    file: 'src/store/memory/queue.ts', from: "if (!isAlive(context, holder)) return 'lost'\n      const tasks", to: 'const tasks', seeds: 600, meets: 29,
  },
  {
    name: 'release-of-any-generation', breaks: 'a release is bound to its generation',
    file: 'src/store/memory/leases.ts', from: 'lease?.holder !== incarnation || lease.generation !== generation', to: 'lease === undefined', seeds: 600, meets: 56,
  },
  {
    name: 'hand-over-without-waiting', breaks: 'a bucket is given back when nothing unpinned runs in it',
    file: 'src/engine/run/lane-worker.ts', from: 'return this.#window.inFlightOf(bucket).every(row => this.#deps.pins.isPinned(row.id))', to: 'return bucket >= 0', seeds: 600,
  },
  {
    name: 'no-tombstones', breaks: 'a row that ended during a fetch is not taken from it again',
    file: 'src/engine/queue/window.ts', from: 'if (this.#fetching) this.#ended.add(id)\n  }\n\n  #take', to: '}\n\n  #take', seeds: 600, meets: 38,
  },
  {
    name: 'assignment-to-the-draining', breaks: 'a draining node gets nothing',
    file: 'src/engine/assign/assign.ts', from: 'nodes.filter(node => !node.draining)', to: '[...nodes]', seeds: 600,
  },
  {
    name: 'assignment-without-duties', breaks: 'a bucket goes to a node with the duty',
    file: 'src/engine/assign/assign.ts', from: 'node.duties.includes(lane.duty)', to: 'lane.duty.length > 0', seeds: 600,
  },
  {
    name: 'start-without-the-duty', breaks: 'a role that lost a duty starts nothing of it',
    file: 'src/engine/cluster/incarnation.ts', from: '&& this.#duties.has(duty)', to: '', seeds: 600, meets: 15,
  },
  {
    name: 'keys-side-by-side', breaks: 'tasks of a key run one at a time',
    file: 'src/engine/queue/window.ts', from: 'for (const key of this.#busyKeys.keys()) pass.block(key)', to: '', seeds: 100,
  },
  {
    name: 'foreign-pins-ignored', breaks: 'a key that another node has pinned waits',
    file: 'src/engine/queue/window.ts', from: 'this.#foreign.set(row.id, row)\n      return', to: 'return', seeds: 600,
  },
  {
    name: 'unread-forgotten', breaks: 'a task that was left goes before the later ones of its key',
    file: 'src/engine/queue/window.ts', from: 'if (!settled && this.#buckets.has(flight.row.bucket)) this.#unread.set(id, flight.row)', to: '', seeds: 600,
  },
  {
    name: 'strays-kept', breaks: 'a pin that came too late is let go',
    file: 'src/engine/run/pins.ts', from: 'this.#deps.release(id, startedAt)', to: 'void 0', seeds: 600, meets: 170,
  },
  {
    name: 'suspects-not-pinned', breaks: 'what may have been running is pinned before it runs again',
    file: 'src/engine/run/batch-runner.ts', from: 'if (pinFirst && !await pins.pinFirst(flight))', to: 'if (pinFirst && flight.rows.length === 0)', seeds: 600, meets: 14,
  },
  {
    name: 'death-without-its-leases', breaks: 'who declares a node dead frees its leases',
    file: 'src/store/memory/leases.ts', from: '({ holder }) => holder === incarnation)', to: '({ holder, bucket }) => bucket !== 0 && holder === incarnation)', seeds: 100,
  },
  {
    name: 'slots-twice', breaks: 'a slot and the step of its schedule are one transaction, bound to a version',
    file: 'src/store/memory/schedules.ts', from: 'if (schedule?.version !== version) return false', to: 'if (!schedule) return false', seeds: 600, meets: 44,
  },
  {
    name: 'wall-clock-retries', breaks: 'due times are made from the time of the store',
    file: 'src/engine/cluster/store-time.ts', from: 'return this.#aheadOfMonotonicMs === null ? this.#clock.now() :', to: 'return this.#clock.monotonicMs() >= 0 ? this.#clock.now() :', seeds: 600, meets: 227,
  },
  {
    name: 'second-heartbeat-life', breaks: 'an incarnation whose row is gone is over',
    file: 'src/engine/lease/holder.ts', from: 'if (!renewed) return this.lost()', to: '', seeds: 600,
  },
  {
    name: 'snooze-charged', breaks: 'a snooze counts no attempt',
    file: 'src/engine/queue/retry.ts', from: "due: now + Math.max(outcome.forMs, 0), attempt: row.attempt,", to: 'due: now + Math.max(outcome.forMs, 0), attempt: row.attempt + 9,', seeds: 100,
  },
]
