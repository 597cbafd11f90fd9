/** True time and the events in it, in one order: by time, then by when they were asked for. */

/** Rare, because it costs. */
const EVENTS_A_TURN = 64

interface Event { readonly atMs: number; readonly sequence: number; readonly fire: () => void }

export class Timeline {
  #nowMs = 0
  #sequence = 0
  /** A binary heap: the next event is the first entry. */
  readonly #events: Event[] = []
  #fired = 0

  /** Ms since the world began. */
  get nowMs(): number { return this.#nowMs }
  get fired(): number { return this.#fired }

  /** Events cannot be taken back: who changes his mind looks at that when it fires. */
  after(delayMs: number, fire: () => void): void {
    this.#push({ atMs: this.#nowMs + Math.max(delayMs, 0), sequence: this.#sequence++, fire })
  }

  /** Fires everything up to that time, or until `enough`; after each event whatever it made ready runs to its end. */
  async run(untilMs: number, enough: () => boolean = () => false): Promise<void> {
    await turned()
    for (let next = this.#events[0]; next !== undefined && next.atMs <= untilMs && !enough(); next = this.#events[0]) {
      this.#pop()
      this.#nowMs = next.atMs
      this.#fired++
      next.fire()
      await (this.#fired % EVENTS_A_TURN === 0 ? turned() : settled())
    }
    if (!enough()) this.#nowMs = Math.max(this.#nowMs, untilMs)
  }

  #push(event: Event): void {
    const heap = this.#events
    let at = heap.push(event) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent]
      if (above === undefined || !earlier(event, above)) break
      heap[at] = above
      at = parent
    }
    heap[at] = event
  }

  #pop(): void {
    const heap = this.#events
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]]
      if (left === undefined) break
      const child = right !== undefined && earlier(right, left) ? 2 * at + 2 : 2 * at + 1
      const below = heap[child]
      if (below === undefined || !earlier(below, last)) break
      heap[at] = below
      at = child
    }
    heap[at] = last
  }
}

function earlier(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence)
}

/** Promises all run before the next tick when it is asked for by one of them, and nothing in this world waits for anything else. */
function settled(): Promise<void> {
  return new Promise(resolve => { process.nextTick(resolve) })
}

/** The same by a turn of the event loop, in which rejections that nobody handles are noticed; it takes a seventh of an event's time. */
function turned(): Promise<void> {
  return new Promise(resolve => { setImmediate(resolve) })
}
