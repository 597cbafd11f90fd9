/** The filters of x:Task/query as the engine's task table takes them. A Failed task has no due time, so a condition on `due` leaves it out. */
import { failureKey } from '../../base/failure-reason.ts'
import type { Id } from '../../base/ids.ts'
import { isId } from '../../base/ids.ts'
import type { Condition } from '../ops/backend.ts'
import { bothRanges, dateRange } from './date-range.ts'
import type { TaskStatusName } from './task-status.ts'

export interface TaskConditions {
  readonly variants?: readonly string[]
  readonly status?: readonly TaskStatusName[]
  readonly dueMin?: number
  readonly dueMax?: number
  readonly accountId?: Id
  readonly domainId?: Id
  readonly lane?: string
  readonly running?: boolean
  readonly parentId?: Id
  /** Key of a group of failed tasks. */
  readonly failure?: Id
  /** No younger task than this one. */
  readonly idMax?: Id
}

/** What conditions look at. */
export interface Conditioned {
  readonly variant: string
  readonly status: TaskStatusName
  readonly due: number
  readonly accountId: Id | null
  readonly domainId: Id | null
  readonly lane: string
  readonly holder: Id | null
  readonly parentId: Id | null
  readonly failureReason: string | null
}

/** Null: nothing can match. */
export function conditionsOf(conditions: readonly Condition[]): TaskConditions | null {
  let result: TaskConditions = {}
  for (const condition of conditions) {
    const next = withCondition(result, condition)
    if (next === null) return null
    result = next
  }
  return result
}

/** The same property twice with different values matches nothing. */
function withCondition(known: TaskConditions, { property, comparison, value }: Condition): TaskConditions | null {
  const text = String(value)
  switch (property) {
    case 'due': {
      const before = known.dueMin === undefined ? undefined : { min: known.dueMin, max: known.dueMax ?? Infinity }
      const range = bothRanges(before, dateRange(comparison, value))
      return range && { ...known, dueMin: range.min, dueMax: range.max }
    }
    case '@type': return only(known.variants?.[0], text) ? { ...known, variants: [text] } : null
    case 'status': return only(known.status?.[0], text) ? { ...known, status: [text as TaskStatusName] } : null
    case 'lane': return only(known.lane, text) ? { ...known, lane: text } : null
    case 'running': {
      const running = value === true
      return only(known.running, running) ? { ...known, running } : null
    }
    default: {
      const name = property as 'accountId' | 'domainId' | 'parentId' | 'failure'
      return isId(text) && only(known[name], text) ? { ...known, [name]: text } : null
    }
  }
}

function only<T>(known: T | undefined, value: T): boolean {
  return known === undefined || known === value
}

export function matches(row: Conditioned, conditions: TaskConditions | null): boolean {
  if (conditions === null) return false
  const {
    variants = [row.variant], status = [row.status], dueMin = 0, dueMax = Infinity,
    accountId = row.accountId, domainId = row.domainId, lane = row.lane, running = row.holder !== null, parentId = row.parentId, failure,
  } = conditions
  return variants.includes(row.variant) && status.includes(row.status)
    && row.due >= dueMin && row.due <= dueMax
    && row.accountId === accountId && row.domainId === domainId
    && row.lane === lane && (row.holder !== null) === running && row.parentId === parentId
    && (failure === undefined || (row.status === 'Failed' && failureKey(row.variant, row.failureReason) === failure))
}
