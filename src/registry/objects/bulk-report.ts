/** What became of the tasks of a bulk call, by variant and status and by reason: bounded, however many tasks there are. */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { SetErrorType } from '../set-error.ts'

export type BulkFate = 'changed' | 'requested' | 'unchanged' | 'refused'
export interface Refused { readonly type: SetErrorType; readonly description: string }
interface About { readonly variant: string; readonly status: string }
type Sums = Record<'matched' | 'running' | BulkFate, number>

/** Different reasons that are told; further ones are only counted. */
const REASONS_MAX = 20
const NONE: Sums = { matched: 0, running: 0, changed: 0, requested: 0, unchanged: 0, refused: 0 }

export class BulkReport {
  readonly #groups = new Map<string, { about: About; sums: Sums }>()
  readonly #reasons = new Map<string, Refused & { count: number; readonly exampleId: Id | null }>()

  /** One task. */
  add({ id, variant, status, holder }: About & { readonly id: Id; readonly holder: Id | null }, fate: BulkFate, why?: Refused): void {
    this.match({ variant, status }, 1, holder === null ? 0 : 1)
    this.#sums({ variant, status })[fate] += 1
    if (why !== undefined) this.#remember(why, 1, id)
  }

  /** So many that were only counted. */
  match(about: About, count: number, running: number): void {
    const sums = this.#sums(about)
    sums.matched += count
    sums.running += running
  }
  refuse(about: About, count: number, why: Refused): void {
    this.#sums(about).refused += count
    this.#remember(why, count, null)
  }

  get total(): Readonly<Sums> {
    const total = { ...NONE }
    for (const { sums } of this.#groups.values()) for (const name of NAMES) total[name] += sums[name]
    return total
  }

  toJson(): JsonObject {
    const groups = [...this.#groups.values()].map(({ about: { variant, status }, sums }) => ({ '@type': variant, status, ...sums }))
    return {
      ...this.total,
      groups: groups.toSorted((a, b) => b.matched - a.matched),
      refusals: [...this.#reasons.values()].map(reason => ({ ...reason })),
    }
  }

  #sums(about: About): Sums {
    const key = `${about.variant}/${about.status}`
    const known = this.#groups.get(key)
    if (known) return known.sums
    const sums = { ...NONE }
    this.#groups.set(key, { about, sums })
    return sums
  }

  #remember(why: Refused, count: number, exampleId: Id | null): void {
    const key = `${why.type}/${why.description}`
    const known = this.#reasons.get(key)
    if (known) known.count += count
    else if (this.#reasons.size < REASONS_MAX) this.#reasons.set(key, { ...why, count, exampleId })
  }
}

const NAMES = Object.keys(NONE) as (keyof Sums)[]
