/**
 * Schedule: a task that comes again and again. Whoever is the scheduler makes one task for each slot; how is the
 * engine's. Which tasks can be scheduled follows from their variants: those that clients may create, whose work is built
 * and all of whose fields a client fills in. Rows: schedule-backend.ts.
 */
import { isDeepStrictEqual } from 'node:util'
import { embedded, enumType, nullable, objectId, oneOf, shape, string, utcDateTime, variants } from '../../base/fields.ts'
import type { Field, Fields } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { object } from '../schema/object.ts'
import type { ObjectDefinition, WriteContext } from '../schema/object.ts'
import { refusal } from '../set-error.ts'
import type { SchedulePort } from './schedule-rows.ts'
import { decidedByText } from './settings-schedules.ts'
import { payloadOf } from './task.ts'
import type { TaskVariantDeclaration } from './task.ts'

const CATCH_UP = enumType('ScheduleCatchUp', [
  { name: 'none', label: 'None', explanation: 'A slot that was missed stays missed.' },
  { name: 'last', label: 'The newest', explanation: 'Of the slots that were missed the newest one runs.' },
  { name: 'all', label: 'All', explanation: 'Every slot that was missed runs, at most the newest hundred.' },
])
/** "For good" is the end of the calendar. */
export const PAUSED_FOR_GOOD = '9999-12-31T23:59:59Z'
const byServer = { update: 'serverSet' } as const
/** A slot that is over for so long should have been seen by a scheduler. */
const LATE_MS = 60_000
const PROBLEM = enumType('ScheduleProblem', [
  { name: 'failed', label: 'Its newest task has failed' },
  { name: 'late', label: 'Late', explanation: 'Its slot is over, and no node with the duty taskScheduler has made its task.' },
])

/** `text` goes on from the property's name. Null: there is a slot to come. */
export type FindScheduleProblem = (cron: string, timeZone: string) =>
  { readonly property: 'cron' | 'timeZone'; readonly text: string } | null

export function scheduleObject<Tx>(
  declarations: readonly TaskVariantDeclaration[],
  problemOf: FindScheduleProblem,
  port: Pick<SchedulePort<Tx>, 'failed' | 'now'>,
): ObjectDefinition<unknown, Tx> {
  const possible = declarations.filter(isSchedulable)
  const byName = new Map(possible.map(declaration => [declaration.name, declaration]))
  const task = variants('ScheduledTask', possible.map(({ name, label, fields }) =>
    ({ name, label, shape: shape(`Scheduled${name}`, changeable(fields)) })))
  /** Who may not make such a task may not have it made. What this version cannot make needs no permission to be removed. */
  const requireVariant = (variant: Json | undefined, { principal }: WriteContext): void => {
    const permission = `task${String(variant)}`
    if (principal === null || !byName.has(String(variant)) || principal.permissions.has(permission)) return
    throw refusal('forbidden', `${principal.name} lacks the permission ${permission}.`)
  }
  return object<Fields, Tx>({
    name: 'Schedule',
    label: 'Schedule',
    doc: 'A task that is made again and again, at the times of a cron expression, once for the whole cluster.',
    fields: {
      name: string('What people call it.', { maxLength: 100 }),
      cron: string('When: minute, hour, day of the month, month, day of the week; a sixth part in front is the second.', { label: 'Times (cron)' }),
      timeZone: string('The time zone of these times, such as Europe/Vienna.', { default: 'UTC', maxLength: 100 }),
      catchUp: oneOf(CATCH_UP, 'What happens to slots that came while no scheduler ran.', { default: 'last' }),
      pausedUntil: nullable(utcDateTime(`Slots before it are passed over; ${PAUSED_FOR_GOOD} pauses it for good.`)),
      task: embedded(task, 'The task that is made.'),
      lastSlot: nullable(utcDateTime('The newest slot that is over, whether it had a task or was passed over.', byServer)),
      nextSlot: nullable(utcDateTime('When it makes its next task; empty while it is paused for good.', byServer)),
      problem: nullable(oneOf(PROBLEM, 'What is wrong with it; empty: nothing.', byServer)),
      lastTaskId: nullable(objectId('Task', 'The newest task that it has made; gone when it is done.', { ...byServer, label: 'Last task' })),
    },
    labelProperty: 'name',
    columns: ['name', 'task', 'cron', 'timeZone', 'nextSlot', 'lastSlot', 'problem', 'pausedUntil'],
    filters: {
      name: { type: { type: 'string', format: 'string' }, label: 'Name' },
      task: { type: { type: 'enum', enum: { enumName: 'ScheduledTaskType', members: possible.map(({ name, label }) => ({ name, label })) } }, label: 'Task' },
    },
    order: { properties: ['name'], ascending: true },
    sections: [
      { title: 'Schedule', fields: ['name', 'cron', 'timeZone', 'catchUp', 'pausedUntil'] },
      { title: 'Task', fields: ['task'] },
      { title: 'Progress', fields: ['nextSlot', 'lastSlot', 'lastTaskId', 'problem'] },
    ],
    actions: [
      { label: 'Pause', properties: { pausedUntil: PAUSED_FOR_GOOD } },
      { label: 'Resume', properties: { pausedUntil: null } },
    ],
    menu: { section: 'Management', icon: 'list-todo', group: 'Tasks', link: 'Schedules' },
    hooks: {
      // A client may send back what it has read, and what was wrong may be right by then.
      complete: raw => Object.fromEntries(Object.entries(raw).filter(([name]) => name !== 'problem')),
      check(next, before, problems) {
        const { cron, timeZone } = next
        if (before === null || cron !== before['cron'] || timeZone !== before['timeZone']) {
          const problem = problemOf(String(cron), String(timeZone))
          if (problem) problems.invalid([problem.property], next[problem.property] ?? null, problem.text)
        }
        const reason = byName.get(String(taskOf(next)['@type']))?.refuse?.(payloadOf(taskOf(next)) as never)
        if (typeof reason === 'string') throw refusal('forbidden', reason)
      },
      async derive(_tx, id, next, before, context) {
        refuseForeignDecision(id, next, before)
        for (const body of before === null ? [next] : [before, next]) requireVariant(taskOf(body)['@type'], context)
        return { body: next, index: [] }
      },
      async guard(_tx, { id, body }, context) {
        refuseForeignDecision(id, null, body)
        requireVariant(taskOf(body)['@type'], context)
      },
      computed: {
        async problem(tx, found) {
          const failed = await port.failed(tx, found.flatMap(({ body: { lastTaskId } }) => typeof lastTaskId === 'string' ? [lastTaskId] : []))
          return found.map(({ body: { lastTaskId, nextSlot } }) => {
            if (typeof lastTaskId === 'string' && failed.has(lastTaskId)) return 'failed'
            return typeof nextSlot === 'string' && Date.parse(nextSlot) < port.now() - LATE_MS ? 'late' : null
          })
        },
      },
    },
  })
}

/** `next` null: it is to be destroyed. */
function refuseForeignDecision(id: Id, next: JsonObject | null, before: JsonObject | null): void {
  const field = decidedByText(id)
  if (field === null || before === null) return
  if (next === null) {
    throw refusal('forbidden', `This schedule comes from ${field}; to stop it, pause it (pausedUntil).`)
  }
  const changed = (['cron', 'task'] as const).filter(property => !isDeepStrictEqual(next[property], before[property]))
  if (changed.length === 0) return
  const instead = changed.includes('cron') ? 'change its times there' : 'make another schedule for another task'
  throw refusal('forbidden', `This schedule comes from ${field}; ${instead}.`, changed)
}

export function taskOf(schedule: JsonObject): JsonObject {
  const { task } = schedule
  return isJsonObject(task) ? task : {}
}

function isSchedulable({ creatable, notBuilt, fields }: TaskVariantDeclaration): boolean {
  return creatable === true && notBuilt === undefined && Object.values(fields).every(field => field.update !== 'serverSet')
}

/** A task is about one thing for its whole life; a schedule may turn to another. */
function changeable(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, field]): [string, Field] => [name, { ...field, update: 'mutable' }]))
}

