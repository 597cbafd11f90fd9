/**
 * `x:Schedule/slots`: when times in cron's words come next, before a schedule of them is saved. Times that are none are no
 * error of the call: who is still typing is told what is wrong with them, in the words that `/set` would refuse them with.
 */
import type { JsonObject } from '../../base/json.ts'
import { MethodError } from '../method.ts'
import type { Method } from '../method.ts'
import { integerArgument, textArgument } from '../ops/arguments.ts'
import { requirePermission } from '../ops/environment.ts'
import type { Environment } from '../ops/environment.ts'
import { formatDate, parseDate } from '../values/date.ts'
import type { SchedulePort } from './schedule-rows.ts'
import type { FindScheduleProblem } from './schedule.ts'

const LIMIT_DEFAULT = 5
export const SLOTS_MAX = 100

/** Arguments `cron`, `timeZone` (UTC), `after` (now), `limit`; the reply has `slots`, and `problem` with `property` and `description`, or null. */
export function scheduleSlots<Tx>(nextSlot: SchedulePort<Tx>['nextSlot'], problemOf: FindScheduleProblem): (env: Environment<Tx>) => Method {
  return ({ definition, clock }) => async (args, context) => {
    requirePermission(definition, 'Get', context)
    const cron = textArgument(args, 'cron')
    if (cron === undefined) throw new MethodError('invalidArguments', 'cron is missing: the times, such as "0 2 * * *".')
    const timeZone = textArgument(args, 'timeZone') ?? 'UTC'
    const limit = Math.min(integerArgument(args, 'limit', 0) ?? LIMIT_DEFAULT, SLOTS_MAX)
    let after: number | null = readAfter(args) ?? clock.now()
    const { accountId } = context.principal
    const problem = problemOf(cron, timeZone)
    if (problem) return { accountId, slots: [], problem: { property: problem.property, description: `${problem.property} ${problem.text}` } }
    const slots: string[] = []
    while (slots.length < limit && after !== null) {
      after = nextSlot(cron, timeZone, after)
      if (after !== null) slots.push(formatDate(after))
    }
    return { accountId, slots, problem: null }
  }
}

function readAfter(args: JsonObject): number | null {
  const text = textArgument(args, 'after')
  if (text === undefined) return null
  const at = parseDate(text)
  if (at === null) throw new MethodError('invalidArguments', 'after must be a date such as "2026-12-01T03:00:00Z".')
  return at
}
