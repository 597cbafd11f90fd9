/**
 * A node as it is in real life: `rota serve` in a process of its own, with a data folder of its own and every address
 * on a free port. Tests wait for what it says (log lines, the banner, its health), never for time to pass.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { assert } from '../../src/base/assert.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { HealthResult } from '../../src/listeners/health/health-server.ts'
import { apiCall, type Caller, type Login, type MethodCall } from './api-call.ts'
import { ADMIN_PASSWORD } from './server.ts'

const ROTA = fileURLToPath(new URL('../../bin/rota.js', import.meta.url))
const FREE_PORTS = 'http=127.0.0.1:0;smtp=127.0.0.1:0;lmtp=127.0.0.1:0'
const HEALTH = 'ROTA_HEALTH_BIND'

/** Nothing outlives the tests. */
const alive = new Set<ChildProcess>()
process.once('exit', () => { for (const child of alive) child.kill('SIGKILL') })

export interface NodeOptions {
  /** Its STALWART_HOSTNAME. */
  readonly name?: string
  /** Null leaves a variable of the defaults out. */
  readonly variables?: Readonly<Record<string, string | null>>
  /** A folder that outlives the process; without it there is a new one, removed at the end. */
  readonly dataDir?: string
  /** A module that is loaded before anything of the node. */
  readonly preload?: URL
}
export interface Ended { readonly code: number | null; readonly signal: NodeJS.Signals | null }
export interface HealthAnswer {
  readonly status: number
  readonly ready: boolean
  readonly checks: Readonly<Record<string, { ok: boolean; detail: string }>>
}

export class NodeProcess implements AsyncDisposable, Caller {
  readonly name: string
  readonly dataDir: string
  readonly #child: ChildProcess
  readonly #ownFolder: boolean
  readonly #log: JsonObject[] = []
  readonly #waiting = new Set<() => void>()
  readonly #ended: Promise<Ended>
  #over = false
  #token: string | null = null
  stdout = ''
  stderr = ''

  private constructor(name: string, dataDir: string, ownFolder: boolean, variables: Record<string, string>, preload?: URL) {
    this.name = name
    this.dataDir = dataDir
    this.#ownFolder = ownFolder
    // Compiled code is that of all tests: a new data folder has none.
    const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env
    const env = { PATH, NODE_COMPILE_CACHE, ...variables }
    const child = spawn(process.execPath, [...preload ? ['--import', preload.href] : [], ROTA, 'serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    alive.add(child)
    this.#read(child.stdout)
    child.stderr.on('data', chunk => { this.stderr += String(chunk) })
    this.#ended = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        alive.delete(child)
        this.#over = true
        this.#wake()
        resolve({ code, signal })
      })
    })
  }

  /** Does not wait for anything: for nodes that are meant to be refused. */
  static async launch({ name = 'test-node', variables = {}, dataDir, preload }: NodeOptions = {}): Promise<NodeProcess> {
    const folder = dataDir ?? join(await mkdtemp(join(tmpdir(), 'rota-node-')), 'data')
    const all = {
      ROTA_DATA_DIR: folder, ROTA_ADMIN_PASSWORD: ADMIN_PASSWORD, STALWART_HOSTNAME: name, LOG_FORMAT: 'json',
      ROTA_LISTENER_BIND: FREE_PORTS, [HEALTH]: '127.0.0.1:0', ...variables,
    }
    const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null)
    return new NodeProcess(name, folder, dataDir === undefined, Object.fromEntries(given), preload)
  }

  /** Resolves when it says that it runs. */
  static async start(options: NodeOptions = {}): Promise<NodeProcess> {
    const node = await NodeProcess.launch(options)
    try {
      await node.running()
      return node
    } catch (error) {
      await node[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Resolves when it says that it runs. */
  async running(): Promise<void> {
    await this.until(() => /^Rota \S+ is running\.$/m.test(this.stdout), 'it runs')
  }

  /** Whether the process has ended. */
  get over(): boolean { return this.#over }

  get pid(): number {
    assert(this.#child.pid !== undefined, 'the process did not start')
    return this.#child.pid
  }

  /** Its log so far. */
  get log(): readonly JsonObject[] { return this.#log }

  /** The lines of its log so far whose message holds the text. */
  logged(message: string): readonly JsonObject[] {
    return this.#log.filter(line => String(line['msg']).includes(message))
  }

  /** Where a listener was last bound; the log says it as `address:port`. */
  port(listener: string): number {
    const line = this.logged('listener is up').findLast(each => each['listener'] === listener)
    assert(line, `listener ${listener} of ${this.name} was never up\n${this.stdout}`)
    return Number(String(line['address']).split(':').at(-1))
  }

  /** Resolves when a listener has been up for the `times`th time; its port. */
  async up(listener: string, times = 1): Promise<number> {
    const count = () => this.logged('listener is up').filter(line => line['listener'] === listener).length
    await this.until(() => count() >= times, `listener ${listener} is up`)
    return this.port(listener)
  }

  /** The first log line with this message, once it is there. */
  async says(message: string): Promise<JsonObject> {
    await this.until(() => this.logged(message).length > 0, `it says '${message}'`)
    return this.logged(message)[0] ?? {}
  }

  /** Looks whenever it has written something. Rejects when it ends before. */
  async until(holds: () => boolean, what: string): Promise<void> {
    while (!holds()) {
      if (this.#over) throw new Error(`${this.name} ended before: ${what}\n${this.stdout}${this.stderr}`)
      await new Promise<void>(resolve => { this.#waiting.add(resolve) })
    }
  }

  async health(): Promise<HealthAnswer> {
    const response = await fetch(`http://127.0.0.1:${this.port(HEALTH)}/healthz/ready`)
    const { ready, checks } = await response.json() as { ready: boolean; checks: HealthResult[] }
    const byName = Object.fromEntries(checks.map(({ check, ...answer }) => [check, answer]))
    return { status: response.status, ready, checks: byName }
  }

  /** As the administrator of this machine, with the token of node.json, unless a login is given. */
  async call(calls: readonly MethodCall[], login?: Login): Promise<JsonObject[]> {
    return apiCall(this.port('http'), login ?? { token: await this.#nodeToken() }, calls)
  }

  /** Nobody reads its log any more. */
  closeLog(): void {
    this.#child.stdout?.destroy()
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** Resolves when the process is gone and all that it wrote has been read. */
  ended(): Promise<Ended> {
    return this.#ended
  }

  /** SIGTERM; how it ended. */
  async stop(): Promise<Ended> {
    this.signal('SIGTERM')
    return this.#ended
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.#ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    if (this.#ownFolder) await rm(join(this.dataDir, '..'), { recursive: true, force: true })
  }

  async #nodeToken(): Promise<string> {
    if (this.#token === null) {
      const { token } = JSON.parse(await readFile(join(this.dataDir, 'node.json'), 'utf8')) as { token: string }
      this.#token = token
    }
    return this.#token
  }

  #read(stdout: Readable): void {
    createInterface(stdout).on('line', line => {
      this.stdout += `${line}\n`
      // The banner is for people.
      if (line.startsWith('{')) this.#log.push(JSON.parse(line) as JsonObject)
      this.#wake()
    })
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}
