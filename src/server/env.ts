/**
 * The environment of a node: one declared table, from which docs/reference/configuration.md is made, and one reader that
 * checks every value before anything starts. All mistakes are reported at once; an empty variable counts as unset.
 */
import { hostname as machineHostname } from 'node:os'
import { RotaError } from '../errors.ts'
import { RolesFileError } from '../legacy/roles-file.ts'
import { type BindAddress, parseBind } from '../listeners/bind.ts'
import { lanes, PUSH_BUCKETS } from '../tasks/lanes.ts'
import { readLegacyScheme, type LegacyScheme } from './legacy-scheme.ts'

export interface EnvironmentVariable {
  readonly name: string
  readonly doc: string
  /** What holds when the variable is unset, for people. */
  readonly default: string
}

export const ENVIRONMENT = [
  {
    name: 'ROTA_DATA_DIR', default: '`./data`',
    doc: 'Folder of the embedded store and of files that belong to this node. It is created when it is missing.',
  },
  {
    name: 'DATABASE_URL', default: 'SQLite in the data folder',
    doc: '`postgres://user:password@host:port/database` makes this node a member of the cluster that shares that database.',
  },
  {
    name: 'STALWART_ROLE', default: 'every duty and every listener',
    doc: 'Name of the ClusterRole whose duties and listeners this node runs; upper and lower case count. '
      + 'While no role has that name the node runs nothing and reports it; it starts as soon as the role exists.',
  },
  {
    name: 'STALWART_PUSH_SHARD', default: 'a spare for every shard',
    doc: 'Number of the push shard this node works for, counted from 1. A shard without a live node is worked by spares, '
      + 'and without a spare by any node that has the duty.',
  },
  {
    name: 'ROTA_PUSH_SHARDS', default: `${PUSH_BUCKETS}`,
    doc: `Into how many push shards the accounts are divided, from 1 to ${PUSH_BUCKETS}; the same on every node that has a \`STALWART_PUSH_SHARD\`.`,
  },
  {
    name: 'ROTA_CONFIG', default: 'no lists: the role alone decides',
    doc: 'TOML file of the older scheme. Its `[cluster] node-id` fixes the node id, and its `[cluster.roles.*]` lists narrow what '
      + 'the role gives this node; nothing else in it is read. See [roles and shards](../operate/roles-and-shards.md).',
  },
  {
    name: 'STALWART_HOSTNAME', default: 'the host name of the machine',
    doc: 'Name of this node. No two live nodes of a cluster may share one.',
  },
  {
    name: 'ROTA_ADMIN_PASSWORD', default: 'a random password, printed once',
    doc: 'Password of the first administrator, `admin`. It is read only when the store has no administrator yet.',
  },
  {
    name: 'ROTA_LISTENER_BIND', default: 'the addresses of the NetworkListener objects',
    doc: 'Other addresses for listeners on this node only: `name=address:port` pairs with `;` between them, for example '
      + '`http=127.0.0.1:8081;lmtp=[::1]:0`. Port 0 takes any free port, which is printed.',
  },
  {
    name: 'ROTA_HEALTH_BIND', default: 'no health address of its own',
    doc: '`address:port` that serves `/healthz/live` and `/healthz/ready`, whatever listeners the role has.',
  },
  {
    name: 'LOG_LEVEL', default: '`info`',
    doc: 'Least severe level that is written: `fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`.',
  },
  {
    name: 'LOG_FORMAT', default: '`pretty` on a terminal, else `json`',
    doc: '`json`: one object a line, for programs. `pretty`: for people.',
  },
] as const satisfies readonly EnvironmentVariable[]

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
const LOG_FORMATS = ['json', 'pretty'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
export type LogFormat = (typeof LOG_FORMATS)[number]

export interface Environment {
  readonly dataDir: string
  readonly databaseUrl: string | null
  readonly role: string | null
  /** From 1. */
  readonly pushShard: number | null
  /** Null: as many as there are buckets. */
  readonly pushShards: number | null
  /** What ROTA_CONFIG says. */
  readonly legacyScheme: LegacyScheme | null
  /** In lower case. */
  readonly hostname: string
  readonly adminPassword: string | null
  /** By listener name. */
  readonly listenerBinds: ReadonlyMap<string, BindAddress>
  readonly healthBind: BindAddress | null
  readonly logLevel: LogLevel
  /** Null: pretty when the output is a terminal. */
  readonly logFormat: LogFormat | null
}

/** RFC 1035 §2.3.4. */
const HOSTNAME_LENGTH_MAX = 253

type Variables = Readonly<Record<string, string | undefined>>

/** Throws config/invalid with one line for each wrong variable. */
export function readEnvironment(env: Variables, machineName: () => string = machineHostname): Environment {
  const problems: string[] = []
  function read<T>(name: string, parse: (text: string) => T, unset: T): T {
    const text = env[name]
    if (text === undefined || text === '') return unset
    try {
      return parse(text)
    } catch (error) {
      if (!(error instanceof Wrong)) throw error
      problems.push(`${name}: ${error.message}`)
      return unset
    }
  }

  const environment: Environment = {
    dataDir: read('ROTA_DATA_DIR', plainText, './data'),
    databaseUrl: read<string | null>('DATABASE_URL', postgresUrl, null),
    role: read<string | null>('STALWART_ROLE', plainText, null),
    pushShard: read<number | null>('STALWART_PUSH_SHARD', shardNumber, null),
    pushShards: read<number | null>('ROTA_PUSH_SHARDS', shardNumber, null),
    legacyScheme: read<LegacyScheme | null>('ROTA_CONFIG', configFile, null),
    hostname: read('STALWART_HOSTNAME', hostname, null) ?? machineName().toLowerCase(),
    adminPassword: read<string | null>('ROTA_ADMIN_PASSWORD', text => text, null),
    listenerBinds: read('ROTA_LISTENER_BIND', listenerBinds, new Map()),
    healthBind: read<BindAddress | null>('ROTA_HEALTH_BIND', bindAddress, null),
    logLevel: read('LOG_LEVEL', oneOf(LOG_LEVELS), 'info'),
    logFormat: read<LogFormat | null>('LOG_FORMAT', oneOf(LOG_FORMATS), null),
  }
  const { pushShard, pushShards } = environment
  if (pushShard !== null && pushShards !== null && pushShard > pushShards) {
    problems.push(`STALWART_PUSH_SHARD: is ${pushShard}, but ROTA_PUSH_SHARDS says that the last shard is ${pushShards}`)
  }
  if (problems.length > 0) throw new RotaError('config/invalid', problems.join('\n'), { problems })
  return environment
}

class Wrong extends Error {}

function wrong(message: string): never {
  throw new Wrong(message)
}

function plainText(text: string): string {
  return text.includes('\0') ? wrong('contains a NUL character') : text
}

/** The messages never repeat the value: it holds a password. */
function postgresUrl(text: string): string {
  const url = URL.parse(text) ?? wrong('is no URL; it must look like postgres://user:password@host:5432/database')
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') {
    wrong(`begins with ${url.protocol} but must begin with postgres:// (leave it unset for the embedded store)`)
  }
  return text
}

function shardNumber(text: string): number {
  const shard = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (shard < 1 || shard > PUSH_BUCKETS) wrong(`is '${text}' but must be a whole number from 1 to ${PUSH_BUCKETS}`)
  return shard
}

function configFile(path: string): LegacyScheme {
  try {
    return readLegacyScheme(path, lanes())
  } catch (error) {
    if (!(error instanceof RolesFileError)) throw error
    return wrong(error.problems.map(problem => `${path}: ${problem}`).join('\n  '))
  }
}

function hostname(text: string): string {
  const name = text.toLowerCase()
  const shaped = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/.test(name) && name.length <= HOSTNAME_LENGTH_MAX
  return shaped ? name : wrong(`is '${text}', which is no host name (letters, digits, '.', '-' and '_')`)
}

function listenerBinds(text: string): ReadonlyMap<string, BindAddress> {
  const binds = new Map<string, BindAddress>()
  for (const part of text.split(';').map(each => each.trim()).filter(each => each !== '')) {
    const equals = part.indexOf('=')
    if (equals < 1) wrong(`'${part}' must look like name=address:port`)
    const name = part.slice(0, equals).trim()
    if (binds.has(name)) wrong(`names the listener '${name}' twice`)
    binds.set(name, bindAddress(part.slice(equals + 1).trim()))
  }
  return binds
}

function bindAddress(text: string): BindAddress {
  return parseBind(text) ?? wrong(`'${text}' must look like 127.0.0.1:8080, [::1]:8080 or localhost:8080`)
}

function oneOf<const Name extends string>(names: readonly Name[]): (text: string) => Name {
  return text => names.find(name => name === text.toLowerCase()) ?? wrong(`is '${text}' but must be one of ${names.join(', ')}`)
}
