/**
 * Which server, and as whom. Options come before the environment, and the environment before what the node on
 * this machine says in its node.json; the token in there is sent to no other address than the one beside it.
 */
import { parseDuration } from '../base/duration.ts'
import type { Credentials } from '../jmap-client/transport.ts'
import { CommandFailure, EXIT, usage } from './failure.ts'
import type { LocalNode, NodeFile } from './node-file.ts'
import { isAlive, readNodeFile } from './node-file.ts'
import { askSecret } from './prompt.ts'
import type { Environment, Terminal } from './terminal.ts'

/** The global options as typed. */
export interface ConnectionOptions {
  readonly url?: string
  readonly user?: string
  readonly password?: string
  readonly token?: string
  readonly timeout: string
}
export interface Connection {
  readonly origin: string
  readonly credentials: Credentials
  readonly timeoutMs: number
  /** What to look at when nothing answers. */
  readonly remark: string
  /** The node at this address, when node.json names it. */
  readonly node: LocalNode | null
}

const URL_DEFAULT = 'http://127.0.0.1:8080'
const PROTOCOLS = ['http:', 'https:']
const DATA_DIR_DEFAULT = './data'
const TIMEOUT_MIN_MS = 1

/** Without a terminal nobody can be asked for a password. */
export async function findConnection(
  options: ConnectionOptions, env: Environment, terminal: Terminal | null,
): Promise<Connection> {
  const timeoutMs = timeout(options.timeout)
  const given = options.url ?? (env['ROTA_URL'] || undefined)
  const file = await readNodeFile(env['ROTA_DATA_DIR'] || DATA_DIR_DEFAULT)
  const local = file.kind === 'found' ? file.node.url : URL_DEFAULT
  const origin = originOf(given ?? local, given === undefined ? file.path : '--url')
  const credentials = await givenCredentials(options, env, terminal) ?? localCredentials(file, origin)
  const node = file.kind === 'found' && new URL(file.node.url).origin === origin ? file.node : null
  return { origin, credentials, timeoutMs, node, remark: given === undefined ? remarkOn(file) : 'check --url or ROTA_URL' }
}

async function givenCredentials(
  options: ConnectionOptions, env: Environment, terminal: Terminal | null,
): Promise<Credentials | null> {
  if (options.token !== undefined && (options.user !== undefined || options.password !== undefined)) {
    throw usage('--token and --user exclude each other', 'give one login')
  }
  if (options.token !== undefined) return bearer(options.token, '--token')
  if (options.user === undefined && options.password === undefined && env['ROTA_TOKEN']) {
    return bearer(env['ROTA_TOKEN'], 'ROTA_TOKEN')
  }
  const user = options.user ?? env['ROTA_USER']
  if (!user) {
    if (options.password === undefined) return null
    throw usage('--password without a user', 'give --user too')
  }
  const password = options.password ?? (env['ROTA_PASSWORD'] || undefined) ?? await askPassword(user, terminal)
  return { kind: 'basic', user, password }
}

async function askPassword(user: string, terminal: Terminal | null): Promise<string> {
  if (terminal?.stdin.isTTY === true) return askSecret(terminal, `Password of ${user}: `)
  const hint = 'set ROTA_PASSWORD, or run it on a terminal to be asked'
  throw new CommandFailure(EXIT.login, `no password for ${user}`, hint)
}

function bearer(token: string, source: string): Credentials {
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw usage(`${source} is no token`, 'it has no spaces and only ASCII characters')
  }
  return { kind: 'bearer', token }
}

function localCredentials(file: NodeFile, origin: string): Credentials {
  if (file.kind === 'found' && new URL(file.node.url).origin === origin) return bearer(file.node.token, file.path)
  const why = file.kind === 'found' ? `is for ${file.node.url}` : `is not used: ${file.why}`
  const hint = `give --user or --token (or ROTA_USER, ROTA_TOKEN), or run it where a node runs; ${file.path} ${why}`
  throw new CommandFailure(EXIT.login, 'no login', hint)
}

function originOf(url: string, source: string): string {
  const form = 'write it like http://mail.example.org:8080'
  if (!URL.canParse(url)) throw usage(`${source}: ${url} is no URL`, form)
  const { origin, protocol, pathname, search, username } = new URL(url)
  if (!PROTOCOLS.includes(protocol)) throw usage(`${source}: ${url} is neither http nor https`, form)
  if (username !== '') throw usage(`${source}: a login does not belong into the URL`, 'use --user')
  if (pathname !== '/' || search !== '') throw usage(`${source}: ${url} has a path`, `use ${origin}`)
  return origin
}

function timeout(text: string): number {
  const ms = parseDuration(text)
  if (ms === null || ms < TIMEOUT_MIN_MS) throw usage(`--timeout ${text}: no duration`, 'write it like 30s')
  return ms
}

function remarkOn(file: NodeFile): string {
  const start = 'start a node with `rota serve`, or give --url'
  if (file.kind === 'unusable') return `${file.path} is not used: ${file.why}; ${start}`
  if (!isAlive(file.node.pid)) return `${file.path} names process ${file.node.pid}, which is gone; ${start}`
  return `${file.path} names process ${file.node.pid}, which runs; look at its log`
}
