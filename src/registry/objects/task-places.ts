/**
 * Where pages of tasks began and ended. Tasks are rescheduled, fail and go while people page through them, and an anchor
 * is no more than an id: when its task has moved, the next page must go on from where it stood, or rows that were there
 * all the time would be left out or come twice. So the places of the ids that clients use as anchors (the first and the
 * last of a page) are remembered for a while, in this process: a hint. Whatever is not remembered, because it is long
 * ago or another node gave the page, is looked up as it stands now.
 */
import type { Id } from '../../base/ids.ts'

const PLACES_MAX = 10_000
const REMEMBERED_MS = 600_000

export type TaskOrderProperty = 'due' | 'createdAt'
interface Place { readonly value: number; readonly at: number }

export class TaskPlaces {
  readonly #now: () => number
  /** Oldest first. */
  readonly #places = new Map<string, Place>()

  constructor(now: () => number) {
    this.#now = now
  }

  remember(property: TaskOrderProperty, id: Id, value: number): void {
    const key = `${property}/${id}`
    this.#places.delete(key)
    this.#places.set(key, { value, at: this.#now() })
    const oldest = this.#places.keys().next()
    if (this.#places.size > PLACES_MAX && !oldest.done) this.#places.delete(oldest.value)
  }

  /** The value by which the task was sorted when it was in a page. */
  find(property: TaskOrderProperty, id: Id): number | undefined {
    const place = this.#places.get(`${property}/${id}`)
    return place !== undefined && this.#now() - place.at <= REMEMBERED_MS ? place.value : undefined
  }
}
