/** `rota query <object>`: a table of the objects that meet all conditions, or one JSON object a line. */
import type { Command } from 'commander'
import type { Json, JsonObject } from '../../base/json.ts'
import type { QueryOptions } from '../../jmap-client/client.ts'
import type { Model, ObjectEntry } from '../../jmap-client/model.ts'
import type { ExitCode } from '../failure.ts'
import { EXIT, usage } from '../failure.ts'
import { parseFields, parseLimit, parseSort } from '../input/choice.ts'
import { findPlain } from '../input/names.ts'
import { propertiesOf } from '../input/path.ts'
import { parseFilter } from '../input/where.ts'
import { cellText } from '../output/cell.ts'
import { loadLabels } from '../output/labels.ts'
import { shorten, tableText } from '../output/table.ts'
import type { Invocation, Perform, Remote } from '../remote.ts'
import { collect } from './collect.ts'
import { examples } from './examples.ts'

export interface QueryCommandOptions {
  readonly where?: readonly string[]
  readonly fields?: string
  readonly sort?: string
  readonly limit?: string
}
interface Column { readonly name: string; readonly label: string }

/**
 * Rows of a table when no --limit is given: it is built in memory. JSON lines flow, so they have no such
 * limit.
 */
export const TABLE_ROWS_DEFAULT = 100

export function addQuery(program: Command, perform: Perform): void {
  program.command('query')
    .summary('list objects')
    .description('Lists the objects that meet all conditions.')
    .argument('<object>', 'name of the object')
    .option('--where <condition>', 'field=value, or one of >= <= > <; may be given several times', collect)
    .option('--fields <names>', 'these fields, separated by commas')
    .option('--sort <field>', 'order by a field, -field for the reverse')
    .option('--limit <n>', `at most n of them (default: ${TABLE_ROWS_DEFAULT} in a table, all with --json)`)
    .addHelpText('after', examples(
      'rota query task --where status=Failed',
      'rota query task --where type=index-document --where \'due<+1h\' --sort due --limit 20',
      'rota query account --fields name,domainId --json',
    ))
    .action((name: string, options: QueryCommandOptions) => perform(to => query(to, name, options)))
}

export async function query(to: Invocation, name: string, options: QueryCommandOptions): Promise<ExitCode> {
  const remote = await to.connect()
  const { model } = remote
  const object = findPlain(model, name)
  if (object.kind === 'singleton') {
    throw usage(`there is only one ${object.name}`, `use \`rota get ${object.name}\``)
  }
  const fields = parseFields(model, object, options.fields)
  const sort = parseSort(model, object, options.sort)
  const limit = parseLimit(options.limit)
  const request: QueryOptions = {
    filter: parseFilter(model, object, options.where ?? [], to.terminal.clock.now()),
    ...(sort.length > 0 ? { sort } : {}),
  }
  if (to.json) {
    const some = limit === null ? {} : { limit }
    await printLines(to, remote, object, { ...request, ...some, properties: fields })
  } else {
    const columns = columnsOf(model, object, fields)
    await printTable(to, remote, object, columns, { ...request, limit: limit ?? TABLE_ROWS_DEFAULT })
  }
  return EXIT.ok
}

async function printLines(
  to: Invocation, remote: Remote, object: ObjectEntry, request: QueryOptions,
): Promise<void> {
  for await (const { rows } of remote.client.pages(object.wire, request)) {
    for (const row of rows) await to.terminal.print(JSON.stringify(row))
  }
}

async function printTable(
  to: Invocation, remote: Remote, object: ObjectEntry, columns: readonly Column[], request: QueryOptions,
): Promise<void> {
  const properties = columns.map(column => column.name)
  const rows: JsonObject[] = []
  let total: number | null = null
  for await (const page of remote.client.pages(object.wire, { ...request, properties, total: true })) {
    rows.push(...page.rows)
    total = page.total
  }
  if (rows.length === 0) {
    to.terminal.note(`no ${remote.model.list(object.name)?.pluralName ?? object.name} found`)
    return
  }
  await to.terminal.print(await rowsTable(to, remote, object, columns, rows))
  if (total !== null && total > rows.length) {
    to.terminal.note(`${rows.length} of ${total} shown; --limit shows more`)
  }
}

/** The table of some rows, with labels for what they refer to. */
export async function rowsTable(
  to: Invocation, remote: Remote, object: ObjectEntry, columns: readonly Column[], rows: readonly JsonObject[],
): Promise<string> {
  const fields = propertiesOf(remote.model.variants(object.name))
  const shown = new Map([...fields].filter(([name]) => columns.some(column => column.name === name)))
  const labels = await loadLabels(remote, rows, shown)
  const style = { brief: true, nowMs: to.terminal.clock.now(), labels }
  const cell = (name: string, value: Json | undefined) =>
    shorten(cellText(value, fields.get(name)?.type ?? null, style))
  return tableText(to.terminal, columns.map(column => column.label),
    rows.map(row => columns.map(({ name }) => cell(name, row[name]))))
}

/** The id, then the chosen fields or the columns of the object's list. */
export function columnsOf(model: Model, object: ObjectEntry, fields: readonly string[] | null): Column[] {
  const id = { name: 'id', label: 'id' }
  const listed = model.list(object.name)?.columns ?? []
  if (fields === null) return [id, ...listed.filter(column => column.name !== 'id')]
  return [id, ...fields.filter(name => name !== 'id').map(name => ({ name, label: name }))]
}
