/**
 * The older way to share out work: `[cluster] node-id` and the lists of `[cluster.roles.*]` in a TOML file. Reads them
 * and nothing else of the file, in the spellings that were in use; every mistake is told with its line and key.
 */
import { parse, TomlError } from 'smol-toml'

/** The keys below `cluster.roles`, and the duty that has their work now. */
export const ROLE_KEYS = [
  { key: 'purge.stores', duty: 'storeMaintenance' },
  { key: 'purge.accounts', duty: 'accountMaintenance' },
  { key: 'acme.renew', duty: 'taskQueueProcessing' },
  { key: 'metrics.calculate', duty: 'metricsCalculate' },
  { key: 'metrics.push', duty: 'metricsPush' },
  { key: 'push-notifications', duty: 'pushNotifications' },
  { key: 'fts-indexing', duty: 'searchIndexing' },
  { key: 'spam-training', duty: 'spamClassifierTraining' },
  { key: 'imip-processing', duty: 'taskQueueProcessing' },
  { key: 'calendar-alerts', duty: 'taskQueueProcessing' },
  { key: 'merge-threads', duty: 'taskQueueProcessing' },
] as const
export type RoleKey = (typeof ROLE_KEYS)[number]['key']
/** The node ids of each shard. A node is in one of them at most. */
export type Shards = readonly (readonly number[])[]

export interface RolesFile {
  /** Null: the file does not say. */
  readonly nodeId: number | null
  /** A key that is missing: every node works all of it. */
  readonly roles: ReadonlyMap<RoleKey, Shards>
  /** What the file has besides; nobody here reads it. */
  readonly ignored: readonly string[]
}

/** Each problem is one line for people, with line and key. */
export class RolesFileError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

export const ROLES_FILE_BYTES_MAX = 1_000_000
/** The older servers counted nodes in 16 bits. */
const NODE_ID_MAX = 65_535
const SHARDS_MAX = 1_000
const NODES_IN_SHARD_MAX = 1_000

type Table = Readonly<Record<string, unknown>>

/** Throws RolesFileError. */
export function parseRolesFile(text: string): RolesFile {
  const problems: string[] = []
  const file = readToml(text)
  const complain = (path: readonly string[], what: string): void => {
    const line = lineOf(text, path)
    problems.push(`${line === null ? '' : `line ${line}: `}${path.join('.')} ${what}`)
  }
  const tableAt = (value: unknown, path: readonly string[]): Table => {
    if (value === undefined || isTable(value)) return value ?? {}
    complain(path, 'must be a table')
    return {}
  }

  const cluster = tableAt(file['cluster'], ['cluster'])
  const nodeId = readNodeId(cluster['node-id'], what => { complain(['cluster', 'node-id'], what) })
  const roles = new Map<RoleKey, Shards>()
  for (const { path, value } of leaves(tableAt(cluster['roles'], ['cluster', 'roles']))) {
    const say = (what: string): void => { complain(['cluster', 'roles', ...path], what) }
    const key = keyOf(path)
    if (key === null) {
      say(`is no role; there are ${ROLE_KEYS.map(role => role.key).join(', ')}`)
      continue
    }
    const shards = readShards(value, say)
    if (shards) roles.set(key, shards)
  }
  if (problems.length > 0) throw new RolesFileError(problems)
  const besides = Object.keys(cluster).filter(name => name !== 'node-id' && name !== 'roles').map(name => `cluster.${name}`)
  return { nodeId, roles, ignored: [...Object.keys(file).filter(name => name !== 'cluster'), ...besides] }
}

function readToml(text: string): Table {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [what = ''] = error.message.split('\n')
    throw new RolesFileError([`line ${error.line}: ${what}`])
  }
}

function readNodeId(value: unknown, complain: (what: string) => void): number | null {
  if (value === undefined) return null
  const id = wholeNumber(String(value))
  if (id === null) complain(`is ${JSON.stringify(value)} but must be a whole number from 1 to ${NODE_ID_MAX}`)
  return id
}

/** A string, or a list of strings: one shard each, its node ids between commas. Who is named twice belongs to the first. */
function readShards(value: unknown, complain: (what: string) => void): Shards | null {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (texts.length === 0) complain('is an empty list; leave the key out to give the work to every node')
  if (texts.length > SHARDS_MAX) complain(`has ${texts.length} shards; ${SHARDS_MAX} are the most`)
  const named = new Set<number>()
  const shards: number[][] = []
  for (const text of texts) {
    if (typeof text !== 'string') {
      complain(`has ${JSON.stringify(text)} but takes strings: a list of node ids such as "1,2" for each shard`)
      return null
    }
    const parts = text.split(',').map(part => part.trim())
    const wrong = parts.find(part => wholeNumber(part) === null)
    if (wrong !== undefined) {
      complain(`has ${JSON.stringify(text)}, in which ${JSON.stringify(wrong)} is no node id (a whole number from 1 to ${NODE_ID_MAX})`)
      return null
    }
    if (parts.length > NODES_IN_SHARD_MAX) complain(`has a shard of ${parts.length} nodes; ${NODES_IN_SHARD_MAX} are the most`)
    const ids = [...new Set(parts.map(Number))].filter(id => !named.has(id))
    for (const id of ids) named.add(id)
    shards.push(ids)
  }
  return shards
}

/** `[cluster.roles.x] x = …` says the same as `x = …` below `[cluster.roles]`. */
function keyOf(path: readonly string[]): RoleKey | null {
  const [first, second] = path
  const name = path.length === 2 && first === second ? first : path.join('.')
  return ROLE_KEYS.find(({ key }) => key === name)?.key ?? null
}

function* leaves(table: Table, above: readonly string[] = []): Generator<{ path: readonly string[]; value: unknown }> {
  for (const [name, value] of Object.entries(table)) {
    const path = [...above, name]
    if (isTable(value)) yield* leaves(value, path)
    else yield { path, value }
  }
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

function wholeNumber(text: string): number | null {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return value >= 1 && value <= NODE_ID_MAX ? value : null
}

/** The parser keeps no places of values: the line that names the path, or the nearest table or value around it. */
function lineOf(text: string, path: readonly string[]): number | null {
  let table: readonly string[] = []
  let best = { line: null as number | null, depth: 0 }
  for (const [index, line] of text.split('\n').entries()) {
    const [, header] = /^\s*\[([^[\]]+)\]/.exec(line) ?? []
    const [, left] = /^\s*([^=#[\]]+?)\s*=/.exec(line) ?? []
    if (header !== undefined) table = names(header)
    const here = header !== undefined ? table : left !== undefined ? [...table, ...names(left)] : []
    const around = here.length <= path.length && here.every((name, place) => name === path[place])
    if (around && here.length > best.depth) best = { line: index + 1, depth: here.length }
  }
  return best.line
}

function names(dotted: string): string[] {
  return dotted.split('.').map(name => name.trim().replace(/^(["'])(.*)\1$/, '$2'))
}
