/**
 * `column in (values)` with one parameter however many values there are, so that its statement is prepared
 * once.
 */
import { sql } from 'kysely'
import type { RawBuilder, SqlBool } from 'kysely'
import { storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'

export function listed(
  { dialect }: SqlContext, column: string, values: readonly string[],
): RawBuilder<SqlBool> {
  const texts = values.map(storableText)
  return dialect === 'postgres'
    ? sql<SqlBool>`${sql.ref(column)} = any(${texts}::text[])`
    : sql<SqlBool>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(texts)}))`
}
