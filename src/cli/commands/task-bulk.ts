/**
 * One action on all tasks that meet conditions, for retry, cancel, park and reschedule: the server counts, the person says
 * yes, the server does it in parts. Never more than was counted: tasks that come later are left out, and when more match by
 * then nothing is done.
 */
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import type { ExitCode } from '../failure.ts'
import { CommandFailure, EXIT, usage } from '../failure.ts'
import { findObject } from '../input/names.ts'
import { parseFilter } from '../input/where.ts'
import { printable } from '../output/cell.ts'
import { tableText } from '../output/table.ts'
import { askYes } from '../prompt.ts'
import type { Invocation, Remote } from '../remote.ts'

export interface BulkOptions { readonly where: readonly string[]; readonly dryRun: boolean; readonly yes: boolean }
export interface Bulk {
  /** As people call it, and its past participle: `retry`, `retried`. */
  readonly verb: string
  readonly done: string
  /** `action` of the server, and what else it needs. */
  readonly args: JsonObject
}

const COUNTED = ['matched', 'changed', 'requested', 'unchanged', 'refused'] as const
type Sums = Record<(typeof COUNTED)[number], number>
/** A line on standard error each time that so many more are done. */
const TELL_EVERY = 100_000

export async function bulkTasks(to: Invocation, { where, dryRun, yes }: BulkOptions, bulk: Bulk): Promise<ExitCode> {
  const remote = await to.connect()
  const object = findObject(remote.model, 'Task')
  const method = `${object.wire}/bulk`
  const args = { ...bulk.args, filter: parseFilter(remote.model, object, where, to.terminal.clock.now()) }
  const seen = await remote.client.call(method, { ...args, dryRun: true })
  const matched = numberOf(seen, 'matched')
  if (dryRun) {
    if (to.json) await to.terminal.print(JSON.stringify(told(seen)))
    else await to.terminal.print(`${groupTable(to, seen)}${amount(matched)} would be ${bulk.done}${exceptions(seen)}; nothing was changed`)
    return EXIT.ok
  }
  if (matched > 0 && !yes) await confirm(to, seen, bulk)
  const sums: Sums = { matched: 0, changed: 0, requested: 0, unchanged: 0, refused: 0 }
  const refusals = new Map<string, JsonObject>()
  try {
    if (matched > 0) await carryOut(to, remote, method, { ...args, expect: matched }, seen['cursor'] ?? null, sums, refusals)
  } finally {
    // Also when the connection breaks half-way: what is done is done.
    await summarise(to, bulk, sums, [...refusals.values()])
  }
  if (sums.refused === 0) return EXIT.ok
  if (to.json) throw new CommandFailure(EXIT.refused, `${sums.refused} of ${sums.matched} refused`)
  return EXIT.refused
}

async function carryOut(
  to: Invocation, { client }: Remote, method: string, args: JsonObject, start: Json, sums: Sums, refusals: Map<string, JsonObject>,
): Promise<void> {
  for (let cursor = start; cursor !== null;) {
    const before = sums.matched
    const reply = await client.call(method, { ...args, cursor })
    for (const name of COUNTED) sums[name] += numberOf(reply, name)
    for (const refusal of objectsOf(reply, 'refusals')) {
      const key = String(refusal['description'])
      refusals.set(key, { ...refusal, count: numberOf(refusal, 'count') + numberOf(refusals.get(key) ?? {}, 'count') })
    }
    if (Math.floor(before / TELL_EVERY) < Math.floor(sums.matched / TELL_EVERY)) to.terminal.note(`${sums.matched} of ${String(args['expect'])}`)
    cursor = reply['more'] === true ? reply['cursor'] ?? null : null
  }
}

/** Whoever pipes or asks for JSON is no one to ask. */
async function confirm(to: Invocation, seen: JsonObject, { verb, done }: Bulk): Promise<void> {
  const count = amount(numberOf(seen, 'matched'))
  if (to.json || to.terminal.stdin.isTTY !== true) {
    throw usage(`${count} would be ${done}, and there is nobody to ask; nothing was changed`, 'look with --dry-run, say --yes')
  }
  to.terminal.complain(`${groupTable(to, seen)}${count} would be ${done}${exceptions(seen)}.`)
  if (!await askYes(to.terminal, `${verb[0]?.toUpperCase()}${verb.slice(1)} them? [y/N] `)) {
    throw new CommandFailure(EXIT.refused, 'nothing was changed')
  }
}

function groupTable({ terminal }: Invocation, reply: JsonObject): string {
  const rows = objectsOf(reply, 'groups').map(group => ['@type', 'status', 'matched', 'running'].map(name => printable(String(group[name]))))
  return rows.length === 0 ? '' : `${tableText(terminal, ['Type', 'Status', 'Tasks', 'Running'], rows)}\n`
}

/** Of a dry run. */
function exceptions(reply: JsonObject): string {
  const refused = numberOf(reply, 'refused')
  const reasons = objectsOf(reply, 'refusals').map(({ description }) => printable(String(description)))
  return refused === 0 ? '' : `, except ${refused}: ${reasons.join(' ')}`
}

async function summarise(to: Invocation, { done }: Bulk, sums: Sums, refusals: readonly JsonObject[]): Promise<void> {
  if (to.json) return to.terminal.print(JSON.stringify({ ...sums, refusals }))
  const parts: readonly (readonly [number, string])[] = [
    [sums.requested, 'running and asked to stop first'], [sums.unchanged, 'left as they were'], [sums.refused, 'refused'],
  ]
  const rest = parts.filter(([count]) => count > 0).map(([count, text]) => `, ${count} ${text}`)
  await to.terminal.print(`${amount(sums.changed)} ${done}${rest.join('')}`)
  for (const { count, description, exampleId } of refusals) {
    const example = typeof exampleId === 'string' ? ` (task ${exampleId})` : ''
    to.terminal.note(`${String(count)} refused: ${printable(String(description))}${example}`)
  }
}

/** What is not for the next call alone. */
function told({ accountId: _account, cursor: _cursor, more: _more, ...rest }: JsonObject): JsonObject {
  return rest
}

function numberOf(reply: JsonObject, name: string): number {
  const value = reply[name]
  return typeof value === 'number' ? value : 0
}

function objectsOf(reply: JsonObject, name: string): JsonObject[] {
  const list = reply[name]
  return Array.isArray(list) ? (list as readonly Json[]).filter(isJsonObject) : []
}

export function amount(count: number): string {
  return count === 1 ? '1 task' : `${count} tasks`
}
