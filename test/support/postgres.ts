/**
 * A private PostgreSQL for tests and benchmarks: made from the machine's binaries in a temporary folder, on a free port
 * of the loopback address, never as root, with fsync on as in real life. One server a test process, made when first
 * asked for, stopped and removed at the end, also when this process is killed: a guard of its own then does it.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chown, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import pg from 'pg'
import { freePort } from './free-ports.ts'

const DEBIAN_ROOT = '/usr/lib/postgresql'
/** Another process may take the free port between finding and using it. */
const STARTS_MAX = 5

export interface PostgresServer {
  /** Of its first process, whose children are the others. */
  readonly pid: number
  /** The address of a new empty database. */
  freshDatabase(): Promise<string>
  /** Ends the server at once, as a power cut would, and starts it again on the same port and folder. */
  crashAndRestart(): Promise<void>
  stop(): Promise<void>
}

/** The folder of initdb and postgres, the newest version first; null when there is none. */
export function postgresBinaries(): string | null {
  const versions = existsSync(DEBIAN_ROOT) ? readdirSync(DEBIAN_ROOT).sort((a, b) => Number(b) - Number(a)) : []
  const path = (process.env['PATH'] ?? '').split(delimiter)
  const folders = [...versions.map(version => join(DEBIAN_ROOT, version, 'bin')), ...path]
  return folders.find(folder => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'))) ?? null
}

/** Why suites on PostgreSQL cannot run here, or false: fits the `skip` option of node:test. */
export function postgresMissing(): string | false {
  return postgresBinaries() ? false : 'no PostgreSQL binaries (initdb, postgres) on this machine'
}

let shared: Promise<PostgresServer> | null = null

/** The server of this process. */
export function sharedPostgres(): Promise<PostgresServer> {
  shared ??= startPostgres()
  return shared
}

/** For a root-level `after` of each test file that uses the shared server. */
export async function stopSharedPostgres(): Promise<void> {
  const server = await shared
  shared = null
  await server?.stop()
}

export interface PostgresOptions {
  /** In a process group of its own: Ctrl-C on the terminal does not reach it. */
  readonly ownGroup?: boolean
}

export async function startPostgres({ ownGroup = false }: PostgresOptions = {}): Promise<PostgresServer> {
  const binaries = postgresBinaries()
  if (!binaries) throw new Error('no PostgreSQL binaries')
  const owner = ownerForServer()
  const folder = await mkdtemp(join(tmpdir(), 'rota-postgres-'))
  if (owner) await chown(folder, owner.uid, owner.gid)
  const data = join(folder, 'data')
  await makeData(data, binaries, owner)

  const launch = async (port: number) => {
    const server = spawn(join(binaries, 'postgres'), [
      '-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=',
      '-c', 'max_connections=200', '-c', 'logging_collector=off', '-c', 'lc_messages=C',
    ], { ...owner, stdio: ['ignore', 'ignore', 'pipe'], detached: ownGroup })
    return await waitForLine(server, 'ready to accept connections') ? server : null
  }

  let port = 0
  let started: ChildProcess | null = null
  for (let start = 0; !started && start < STARTS_MAX; start++) {
    port = await freePort()
    started = await launch(port)
  }
  if (!started) throw new Error('PostgreSQL did not start')
  let server = started
  const guard = guardOf(folder)
  let databases = 0
  const url = (database: string) => `postgres://rota@127.0.0.1:${port}/${database}`

  return {
    get pid() { return server.pid ?? 0 },
    async freshDatabase() {
      const name = `test_${++databases}`
      const client = new pg.Client(url('postgres'))
      await client.connect()
      await client.query(`create database ${name}`)
      await client.end()
      return url(name)
    },
    async crashAndRestart() {
      await end(server, 'SIGQUIT')
      const again = await launch(port)
      if (!again) throw new Error('PostgreSQL did not start again')
      server = again
    },
    async stop() {
      await end(server, 'SIGINT')
      await guard.release()
    },
  }
}

/**
 * The data of a new server. Making it takes two seconds of a processor and copying it a tenth of that: when several test
 * processes have a folder in common, the first one's serves all.
 */
async function makeData(data: string, binaries: string, owner: Owner | undefined): Promise<void> {
  const shared = process.env['TEST_SHARED']
  const made = shared === undefined ? null : join(shared, 'postgres')
  if (made !== null && existsSync(made)) return runToEnd('cp', ['-R', made, data], owner)
  await runToEnd(join(binaries, 'initdb'), ['-D', data, '-U', 'rota', '-A', 'trust', '-E', 'UTF8', '--no-sync'], owner)
  if (made === null) return
  const copy = `${made}-${process.pid}`
  await runToEnd('cp', ['-R', data, copy], owner)
  // Whole or not at all. Refused when another one was quicker.
  await rename(copy, made).catch(() => rm(copy, { recursive: true }))
}

/** Reads until nobody can write any more, which the kernel sees to however this process ends; then nothing of the server stays. */
const GUARD = `
  read -r _
  pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
  if [ -n "$pid" ]; then
    kill -QUIT "$pid"
    while kill -0 "$pid"; do sleep 0.1; done 2>/dev/null
  fi
  rm -rf "$1"`

/** In a process group of its own: what ends this one does not reach it. `release` ends what there is, and removes the folder. */
function guardOf(folder: string): { release(): Promise<void> } {
  const guard = spawn('/bin/sh', ['-c', GUARD, 'guard', folder], { cwd: '/', stdio: ['pipe', 'inherit', 'inherit'], detached: true })
  const ended = once(guard, 'exit')
  guard.unref()
  return {
    async release() {
      guard.ref()
      guard.stdin.end()
      await ended
    },
  }
}

interface Owner { readonly uid: number; readonly gid: number }

/** PostgreSQL refuses to run as root: user postgres, else nobody. Undefined: as the user we are. */
function ownerForServer(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = readFileSync('/etc/passwd', 'utf8').split('\n').map(line => line.split(':'))
  const user = users.find(fields => fields[0] === 'postgres') ?? users.find(fields => fields[0] === 'nobody')
  if (!user) throw new Error('run as root, and there is no user postgres or nobody to run PostgreSQL as')
  return { uid: Number(user[2]), gid: Number(user[3]) }
}

async function runToEnd(command: string, args: readonly string[], owner: Owner | undefined): Promise<void> {
  const child = spawn(command, args, { ...owner, cwd: tmpdir(), stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.on('data', chunk => { errors += String(chunk) })
  const [code] = await once(child, 'close') as [number | null]
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${errors}`)
}

/** False when the process ends first. */
function waitForLine(server: ChildProcess, text: string): Promise<boolean> {
  return new Promise(resolve => {
    let seen = ''
    server.stderr?.on('data', chunk => {
      if (seen.includes(text)) return
      seen += String(chunk)
      if (seen.includes(text)) resolve(true)
    })
    server.once('exit', () => { resolve(false) })
  })
}

async function end(server: ChildProcess, signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, 'exit')
  server.kill(signal)
  await exited
}
