/**
 * Failed tasks by what is common to their reasons, from an index that holds all that the groups tell of (migration `task-failures`).
 * Grouping reads one entry for each failed task; the groups themselves are in no table, because a row that every failing
 * task has to write would make them wait for each other.
 */
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { failureKey } from '../../base/failure-reason.ts'
import type { Id } from '../../base/ids.ts'
import type { FailureGroup } from '../../engine/ports/task.ts'
import type { SqlContext } from './context.ts'
import { listed } from './listed.ts'
import { byIndex, taskFailure } from './task-query.ts'

export function failureGroups(context: SqlContext, limit: number, keys?: readonly Id[]): Promise<FailureGroup[]> {
  const these = keys === undefined ? sql`t.failure_key is not null` : listed(context, 't.failure_key', keys)
  return byIndex(context, async () => {
    const { rows } = await sql<FailureGroup>`select t.failure_key as key, min(t.variant) as variant, count(*) as count,
        coalesce(min(t.failed_at), 0) as oldest, coalesce(max(t.failed_at), 0) as newest
      from ${taskFailure(context)} where t.status = 'Failed' and ${these}
      group by t.failure_key order by count(*) desc, t.failure_key limit ${limit}`.execute(context.db)
    return rows
  })
}

export function newestFailures(context: SqlContext, keys: readonly Id[], each: number): Promise<Id[]> {
  const { db, dialect } = context
  const newest = (key: RawBuilder<unknown>) => sql`select t.id from ${taskFailure(context)}
    where t.status = 'Failed' and t.failure_key = ${key} order by t.id desc limit ${each}`
  // SQLite has no lateral join: it looks the ids up once more.
  const all = dialect === 'sqlite'
    ? sql<{ id: Id }>`select f.id from json_each(${JSON.stringify(keys)}) k cross join task f where f.id in (${newest(sql`k.value`)})`
    : sql<{ id: Id }>`select f.id from unnest(${keys}::text[]) as k(value) cross join lateral (${newest(sql`k.value`)}) f`
  return byIndex(context, async () => (await all.execute(db)).rows.map(({ id }) => id))
}

/**
 * Rows that an older version has written, or that a store has set aside because they cannot be read: nothing of them is
 * written but the key, and what has failed anew meanwhile has one.
 */
export async function groupFailures(context: SqlContext, limit: number): Promise<number> {
  const isWithout = sql`t.status = 'Failed' and t.failure_key is null`
  const { rows } = await byIndex(context, () => sql<{ id: Id; variant: string; reason: string | null }>`
    select t.id, t.variant, t.failure_reason as reason from ${taskFailure(context)} where ${isWithout}
    order by t.id limit ${limit}`.execute(context.db))
  for (const [key, alike] of Map.groupBy(rows, ({ variant, reason }) => failureKey(variant, reason))) {
    await sql`update task as t set failure_key = ${key}
      where ${listed(context, 't.id', alike.map(({ id }) => id))} and ${isWithout}`.execute(context.db)
  }
  return rows.length
}
