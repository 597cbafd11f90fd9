/** Reading tasks by id and by filter: the same text for both databases. */
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { Id } from '../../base/ids.ts'
import { DUE_NEVER } from '../../engine/ports.ts'
import type { TaskFilter, TaskPage, TaskRow } from '../../engine/ports.ts'
import type { SqlContext } from './context.ts'
import type { Database } from './database.ts'
import { readTask } from './task-columns.ts'

/** Ids in one statement; well below the parameter limits of both databases. */
const IDS_MAX = 1_000

export async function getTasks({ db }: SqlContext, ids: readonly Id[]): Promise<TaskRow[]> {
  const rows: TaskRow[] = []
  for (const some of chunks(ids, IDS_MAX)) {
    const found = await db.selectFrom('task').selectAll().where('id', 'in', some).execute()
    rows.push(...found.map(columns => readTask(columns).row))
  }
  return rows
}

export async function queryTasks({ db }: SqlContext, filter: TaskFilter, page: TaskPage): Promise<Id[]> {
  const column = page.order.property === 'due' ? 'due' : 'created_at'
  const direction = page.order.ascending ? 'asc' : 'desc'
  const { after } = page
  const rows = await db.selectFrom('task').select('id')
    .where(eb => eb.and(conditions(eb, filter)))
    .$if(after !== undefined, query => query.where(eb => eb(
      eb.refTuple(column, 'id'), page.order.ascending ? '>' : '<', eb.tuple(after?.value ?? 0, after?.id ?? ''))))
    .orderBy(column, direction).orderBy('id', direction)
    .limit(page.limit)
    .$if(page.position !== undefined, query => query.offset(page.position ?? 0))
    .execute()
  return rows.map(row => row.id)
}

export async function countTasks({ db }: SqlContext, filter: TaskFilter): Promise<number> {
  const row = await db.selectFrom('task').select(eb => eb.fn.countAll<number>().as('count'))
    .where(eb => eb.and(conditions(eb, filter))).executeTakeFirstOrThrow()
  return row.count
}

/** A Failed task has no due time: no bound on it matches, and its due column says so to the index. */
function conditions(eb: ExpressionBuilder<Database, 'task'>, filter: TaskFilter): Expression<SqlBool>[] {
  const { status, variants, dueMin, dueMax, dueAbove, dueBelow } = filter
  const list: Expression<SqlBool>[] = []
  if (variants) list.push(variants.length > 0 ? eb('variant', 'in', variants) : eb.lit(false))
  if (status) list.push(status.length > 0 ? eb('status', 'in', status) : eb.lit(false))
  if (dueMin !== undefined) list.push(eb('due', '>=', dueMin))
  if (dueMax !== undefined) list.push(eb('due', '<=', dueMax))
  if (dueAbove !== undefined) list.push(eb('due', '>', dueAbove))
  if (dueBelow !== undefined) list.push(eb('due', '<', dueBelow))
  const bounded = [dueMin, dueMax, dueAbove, dueBelow].some(bound => bound !== undefined)
  if (bounded || (status && !status.includes('Failed'))) list.push(eb('due', '<', DUE_NEVER))
  else if (status?.length === 1) list.push(eb('due', '=', DUE_NEVER))
  if (filter.accountId !== undefined) list.push(eb('account_id', '=', filter.accountId))
  if (filter.domainId !== undefined) list.push(eb('domain_id', '=', filter.domainId))
  if (filter.lane !== undefined) list.push(eb('lane', '=', filter.lane))
  if (filter.running !== undefined) list.push(eb('holder', filter.running ? 'is not' : 'is', null))
  return list
}

export function chunks<T>(list: readonly T[], size: number): T[][] {
  const parts: T[][] = []
  for (let start = 0; start < list.length; start += size) parts.push(list.slice(start, start + size))
  return parts
}
