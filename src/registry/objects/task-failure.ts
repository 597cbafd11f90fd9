/**
 * TaskFailure: the failed tasks of one variant that failed for the same reason, but for names and numbers in it
 * (base/failure-reason.ts). Made of the failed tasks at each look, so it goes when the last of them does; the id stays the
 * same whenever such tasks fail, and `failure` of a task's filter takes it. Looking reads an index entry of every failed task.
 */
import { nullable, number, objectId, oneOf, set, string, utcDateTime } from '../../base/fields.ts'
import type { EnumType } from '../../base/fields.ts'
import { failureKey, normalReason } from '../../base/failure-reason.ts'
import { isId } from '../../base/ids.ts'
import type { Id } from '../../base/ids.ts'
import type { ObjectReader, Selection } from '../ops/backend.ts'
import { object } from '../schema/object.ts'
import type { ObjectDefinition, Stored } from '../schema/object.ts'
import { formatDate } from '../values/date.ts'
import type { FailureData, TaskData, TaskPort } from './task-backend.ts'

/** The largest ones; whoever fails in more ways than that is helped by no list of them. */
const GROUPS_MAX = 1_000
/** Tasks of a group that are looked at for what they are about. */
const LOOKED_AT_MAX = 20
const byServer = { update: 'serverSet' } as const

export function taskFailureObject(variants: EnumType): ObjectDefinition<unknown> {
  return object({
    name: 'TaskFailure',
    label: 'Group of failures',
    plural: 'Groups of failures',
    doc: 'Failed tasks of one kind that have failed for the same reason, but for names and numbers in it.',
    verbs: ['Get', 'Query'],
    fields: {
      variant: oneOf(variants, 'What kind of task they are.', { ...byServer, label: 'Type' }),
      reason: string('Why they failed, with … and <…> where they differ.', { ...byServer, format: 'text' }),
      count: number('How many there are.', 'unsignedInteger', { ...byServer, label: 'Tasks' }),
      oldest: utcDateTime('When the first of those that are left failed.', { ...byServer, label: 'Since' }),
      newest: utcDateTime('When the last of them failed.', byServer),
      lane: string('The stream in which they are worked.', byServer),
      example: string('Why one of them failed, in full.', { ...byServer, format: 'text' }),
      exampleTaskId: objectId('Task', 'The task of the example: the one that was made last.', { ...byServer, label: 'Example task' }),
      accountIds: set({ type: 'objectId', objectName: 'Account' }, `The accounts that the ${LOOKED_AT_MAX} tasks that were made last are about.`, { ...byServer, label: 'Accounts' }),
      parentId: nullable(objectId('Task', 'The task that those tasks are parts of, if all of them are of the same.', { ...byServer, label: 'Part of' })),
    },
    labelProperty: 'reason',
    columns: ['count', 'variant', 'reason', 'oldest', 'newest'],
    filters: { variant: { type: { type: 'enum', enum: variants }, label: 'Type' } },
    order: { properties: ['count', 'newest'], ascending: false },
    sections: [
      { title: 'Failures', fields: ['variant', 'reason', 'count', 'oldest', 'newest'] },
      { title: 'Where', fields: ['lane', 'example', 'exampleTaskId', 'accountIds', 'parentId'] },
    ],
    menu: { section: 'Management', icon: 'list-todo', group: 'Tasks', link: 'Groups of failures' },
  })
}

export function taskFailureReader<Tx>(port: Pick<TaskPort<Tx>, 'rows'>): ObjectReader<Tx> {
  const select = async (tx: Tx, { conditions, property, ascending }: Selection): Promise<readonly Id[]> => {
    const value = (group: FailureData): number => property === 'newest' ? group.newest : group.count
    const groups = (await port.rows(tx).failures(GROUPS_MAX))
      .filter(({ variant }) => conditions.every(condition => condition.value === variant))
      .toSorted((a, b) => value(a) - value(b) || (a.key < b.key ? -1 : 1))
    return (ascending ? groups : groups.toReversed()).map(({ key }) => key)
  }
  return {
    async get(tx, ids) {
      const keys = ids.filter(isId)
      if (keys.length === 0) return []
      const groups = new Map((await port.rows(tx).failures(keys.length, keys)).map(group => [group.key, group]))
      const found = await port.rows(tx).get(await port.rows(tx).newestFailures([...groups.keys()], LOOKED_AT_MAX))
      const tasks = Map.groupBy(found, ({ variant, failureReason }) => failureKey(variant, failureReason))
      return keys.flatMap(key => {
        const group = groups.get(key)
        const [example, ...others] = tasks.get(key)?.toSorted((a, b) => a.id < b.id ? 1 : -1) ?? []
        return group && example ? stored(group, example, others) : []
      })
    },

    contains: async (tx, selection, id) => (await select(tx, selection)).includes(id),

    async page(tx, selection, { limit, skip, after }) {
      const ids = await select(tx, selection)
      return ids.slice(after === undefined ? 0 : ids.indexOf(after) + 1).slice(skip, skip + limit)
    },

    count: async (tx, selection) => (await select(tx, selection)).length,
  }
}

function stored({ key, variant, count, oldest, newest }: FailureData, example: TaskData, others: readonly TaskData[]): Stored {
  const { failureReason, lane, id, parentId } = example
  const accounts = [example, ...others].flatMap(({ accountId }) => accountId ?? [])
  return {
    id: key,
    version: 1,
    body: {
      variant, reason: normalReason(failureReason), count, oldest: formatDate(oldest), newest: formatDate(newest), lane,
      example: failureReason ?? '', exampleTaskId: id, accountIds: Object.fromEntries(accounts.map(account => [account, true])),
      parentId: others.every(other => other.parentId === parentId) ? parentId : null,
    },
  }
}
