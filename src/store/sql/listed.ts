/** Lists of texts with one parameter however many there are, so that a statement is prepared once. */
import { sql } from 'kysely'
import type { RawBuilder, SqlBool } from 'kysely'
import { storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'

/** `column in (values)` */
export function listed(
  { dialect }: SqlContext, column: string, values: readonly string[],
): RawBuilder<SqlBool> {
  const texts = values.map(storableText)
  return dialect === 'postgres'
    ? sql<SqlBool>`${sql.ref(column)} = any(${texts}::text[])`
    : sql<SqlBool>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(texts)}))`
}

/** As `valueList`, with the column `nth` from 1 on. */
export function numberedList({ dialect }: SqlContext, values: readonly string[]): RawBuilder<unknown> {
  const texts = values.map(storableText)
  return dialect === 'postgres'
    ? sql`unnest(${texts}::text[]) with ordinality as v(value, nth)`
    : sql`(select value, key + 1 as nth from json_each(${JSON.stringify(texts)})) v`
}

/** A table `v` with the column `value`. */
export function valueList({ dialect }: SqlContext, values: readonly string[]): RawBuilder<unknown> {
  const texts = values.map(storableText)
  return dialect === 'postgres'
    ? sql`unnest(${texts}::text[]) as v(value)`
    : sql`json_each(${JSON.stringify(texts)}) v`
}
