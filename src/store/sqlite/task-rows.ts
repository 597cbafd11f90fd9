/**
 * Task rows on SQLite. Writes go straight to prepared statements: a row costs a few microseconds that way, and Kysely
 * would compile a text for each number of rows.
 */
import type { Id } from '../../base/ids.ts'
import type { NewTask, TaskAhead, TaskRow } from '../../engine/ports/task.ts'
import { newRow } from '../queue/task-row.ts'
import type { TaskRows } from '../queue/task-rows.ts'
import type { TaskColumns } from '../sql/tables/queue.ts'
import { failureGroups, groupFailures, newestFailures } from '../sql/task-failures.ts'
import { readTask, TASK_COLUMNS, taskColumns } from '../sql/task-columns.ts'
import { countChildren, getTasks, queryTasks, IS_LEFT } from '../sql/task-query.ts'
import type { Row, SqliteConnection } from './connection.ts'
import type { SqliteContext } from './context.ts'

const INSERT = `insert into task (${TASK_COLUMNS.join(', ')}) values (${TASK_COLUMNS.map(() => '?').join(', ')})
  on conflict (dedupe_key) where dedupe_key is not null and status <> 'Failed' do nothing`
const WRITE = `update task set ${TASK_COLUMNS.map(name => `${name} = ?`).join(', ')} where id = ?`
const AHEAD = 'select t.id, t.lane, t.bucket, t.band, t.due, t.ordering_key as orderingKey, t.holder'
/** ?1 the streams, each as [lane, band, bucket]: one statement for all of them takes a third of one for each. */
const FIRST = `${AHEAD} from json_each(?1) s cross join task t where t.rowid in (
  select first.rowid from task first where first.lane = s.value->>0 and first.band = s.value->>1 and first.bucket = s.value->>2
    and first.due <= ?2 order by first.due, first.id limit ?3)`
/** Pinned tasks are few, and the planner would rather read the whole table than their index. */
const PINNED = `${AHEAD} from task t indexed by task_holder
  where t.holder is not null and t.ordering_key in (select value from json_each(?))`
const DONE = 'delete from task where id = ? and version = ? and (holder is null or holder = ?)'

export function sqliteTaskRows(context: SqliteContext): TaskRows {
  const { connection, clock } = context
  return {
    get: ids => getTasks(context, ids),
    query: (filter, page) => queryTasks(context, filter, page),
    count: filter => context.counts.count(context, filter),
    tally: filter => context.counts.tally(context, filter),
    survey: () => context.counts.survey(context),
    failures: (limit, keys) => failureGroups(context, limit, keys),
    newestFailures: (keys, each) => newestFailures(context, keys, each),
    groupFailures: limit => groupFailures(context, limit),
    async ahead(streams, orderingKeys, limit) {
      const now = clock.now()
      const first = connection.all(FIRST, JSON.stringify(streams.map(({ lane, band, bucket }) => [lane, band, bucket])), now, limit)
      const pinned = connection.all(PINNED, JSON.stringify(orderingKeys))
      // The table is STRICT, and the statements give the columns their names.
      return { now, tasks: [...first, ...pinned] as unknown as TaskAhead[] }
    },

    // The writer is alone: reading is locking.
    lock: async ids => each(connection, 'select * from task where id = ?', ids),
    lockHeld: async holder => each(connection, 'select * from task where holder = ?', [holder]),
    lockWaiting: async keys => each(connection, `select * from task where dedupe_key = ? and status <> 'Failed'`, keys),

    async lockChildren(parentIds, limit) {
      const found: TaskRow[] = []
      for (const parentId of parentIds) {
        if (found.length === limit) break
        const more = connection.all(`select * from task where parent_id = ? and ${IS_LEFT.waiting} limit ?`, parentId, limit - found.length)
        found.push(...more.map(row => sqliteTask(row).row))
      }
      return found
    },
    countChildren: async (parentId, left) => Number(connection.get(`select count(*) as n from task where parent_id = ? and ${IS_LEFT[left]}`, parentId)?.['n'] ?? 0),
    children: ids => countChildren(context, ids),

    async insert(tasks: readonly NewTask[]) {
      const inserted = new Set<Id>()
      for (const task of tasks) {
        if (connection.run(INSERT, ...values(newRow(task, clock.now()))) > 0) inserted.add(task.id)
      }
      return inserted
    },
    async write(rows) {
      for (const row of rows) connection.run(WRITE, ...values(row), row.id)
    },
    async remove(ids) {
      for (const id of ids) connection.run('delete from task where id = ?', id)
    },
    async removeDone(holder, done) {
      const gone = done.filter(({ id, version }) => connection.run(DONE, id, version, holder) > 0)
      return new Set(gone.map(({ id }) => id))
    },
  }
}

export function sqliteTask(row: Row): ReturnType<typeof readTask> {
  // The table is STRICT: columns have the types that they were declared with.
  return readTask(row as unknown as TaskColumns)
}

function each(connection: SqliteConnection, statement: string, keys: readonly string[]): TaskRow[] {
  return keys.flatMap(key => connection.all(statement, key).map(row => sqliteTask(row).row))
}

function values(row: TaskRow): (string | number | null)[] {
  const columns = taskColumns(row)
  return TASK_COLUMNS.map(name => columns[name])
}
