/**
 * One `rota serve` with a data folder and a log file of its own, every address on a free port. It is in a process group of
 * its own: Ctrl-C on the terminal reaches `npm run dev` alone, which then ends its nodes one after the other.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { assert } from '../../src/base/assert.ts'
import { systemClock } from '../../src/base/clock.ts'
import { readNodeFile } from '../../src/cli/node-file.ts'
import { JmapClient } from '../../src/jmap-client/client.ts'
import { ENVIRONMENT } from '../../src/server/env.ts'

export interface DevNodeOptions {
  readonly name: string
  /** Null: it does everything. */
  readonly role: string | null
  readonly databaseUrl: string
  readonly folder: string
}
export interface Ended { readonly code: number | null; readonly signal: NodeJS.Signals | null }

const ROTA = fileURLToPath(new URL('../../bin/rota.js', import.meta.url))
const FREE_PORTS = 'http=127.0.0.1:0;smtp=127.0.0.1:0;lmtp=127.0.0.1:0'
/** What of the environment of `npm run dev` is for its nodes too. */
const PASSED_ON = new Set(['ROTA_ADMIN_PASSWORD', 'LOG_LEVEL', 'LOG_FORMAT'])
const LAST_LINES_MAX = 5
const REQUEST_MS_MAX = 5_000

export class DevNode {
  readonly name: string
  readonly dataDir: string
  readonly logPath: string
  readonly #child: ChildProcess
  readonly #ended: Promise<Ended>
  readonly #running: Promise<boolean>
  readonly #killOnExit = () => { this.#child.kill('SIGKILL') }
  #end: Ended | null = null
  #url: string | null = null
  #login = ''
  #client: JmapClient | null = null
  #lastLines: string[] = []

  private constructor({ name, role, databaseUrl, folder }: DevNodeOptions) {
    this.name = name
    this.dataDir = join(folder, name)
    this.logPath = join(folder, `${name}.log`)
    const env = {
      ...others(process.env), DATABASE_URL: databaseUrl, STALWART_HOSTNAME: name, ...(role === null ? {} : { STALWART_ROLE: role }),
      ROTA_DATA_DIR: this.dataDir, ROTA_LISTENER_BIND: FREE_PORTS,
    }
    this.#child = spawn(process.execPath, [ROTA, 'serve'], { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    process.once('exit', this.#killOnExit)
    const closed = once(this.#child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
    this.#ended = closed.then(([code, signal]) => {
      process.off('exit', this.#killOnExit)
      this.#end = { code, signal }
      return this.#end
    })
    this.#running = this.#follow()
  }

  /** Does not wait for anything but its folder. */
  static async launch(options: DevNodeOptions): Promise<DevNode> {
    await mkdir(options.folder, { recursive: true, mode: 0o700 })
    return new DevNode(options)
  }

  /** Resolves when it runs. Rejects with what it said last when it ends instead. */
  async running(): Promise<void> {
    if (!await Promise.race([this.#running, this.#ended.then(() => false)])) {
      throw new Error(`${this.name} did not start:\n${this.#lastLines.join('\n')}\nIts log: ${this.logPath}`)
    }
    const file = await readNodeFile(this.dataDir)
    if (file.kind !== 'found') throw new Error(`${file.path} is not used: ${file.why}`)
    const { url, token } = file.node
    this.#url = url
    this.#client = new JmapClient({ origin: url, credentials: { kind: 'bearer', token }, clock: systemClock, timeoutMs: REQUEST_MS_MAX })
  }

  get pid(): number | undefined { return this.#child.pid }
  get url(): string | null { return this.#url }
  /** How to log in, as its banner says. */
  get login(): string { return this.#login }
  /** Once it runs; logged in as the administrator of this machine. */
  get api(): JmapClient {
    assert(this.#client !== null, `${this.name} does not run yet`)
    return this.#client
  }
  /** Null while it lives. */
  get end(): Ended | null { return this.#end }

  ended(): Promise<Ended> {
    return this.#ended
  }

  /** It hands its work over and ends; a second call ends it at once. */
  stop(): Promise<Ended> {
    this.#child.kill('SIGTERM')
    return this.#ended
  }

  /** Writes its log; true as soon as the banner is there. */
  #follow(): Promise<boolean> {
    const log = createWriteStream(this.logPath, { mode: 0o600 })
    // A full disk costs the log and nothing else.
    log.on('error', () => undefined)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue
      createInterface(stream).on('line', line => {
        log.write(`${line}\n`)
        this.#lastLines = [...this.#lastLines, line].slice(-LAST_LINES_MAX)
        const login = /^ {2}Login {2}(.*)$/.exec(line)?.[1]
        if (login !== undefined) this.#login = login
        if (line.startsWith('  Next ')) resolve(true)
      })
    }
    void this.#ended.then(() => { log.end() })
    return promise
  }
}

/** Without what is meant for one node: a role of the shell must not get into all three. */
function others(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ours = new Set<string>(ENVIRONMENT.map(({ name }) => name).filter(name => !PASSED_ON.has(name)))
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ours.has(name)))
}
