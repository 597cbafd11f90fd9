/**
 * A real certificate authority on this machine: Debian's `pebble`, with its own DNS responder (`pebble-challtestsrv`), as
 * child processes on free ports of the loopback. It validates names at 127.0.0.1, on the ports that the test gives, and
 * refuses one nonce in ten. What it knows is in its memory: killed and started again, it has forgotten all of it.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { systemClock } from '../../src/base/clock.ts'
import { selfMadeCertificate } from '../../src/listeners/tls/self-made.ts'
import { freePorts } from './free-ports.ts'

const PROGRAM = 'pebble'
const DNS_PROGRAM = 'pebble-challtestsrv'

/** Why there is none here; false: there is. */
export function pebbleMissing(): string | false {
  const found = [PROGRAM, DNS_PROGRAM].every(name => spawnSync(name, ['-h']).error === undefined)
  return found ? false : 'pebble is not installed (apt-get install pebble)'
}

/** Nothing outlives the tests. */
const alive = new Set<ChildProcess>()
process.once('exit', () => { for (const child of alive) child.kill('SIGKILL') })

export interface PebbleOptions {
  /** Where it asks for http-01 and tls-alpn-01; left out: where nobody listens. */
  readonly httpPort?: number
  readonly tlsPort?: number
  /** Where it asks for records, as host and port; left out: its own responder, to which every name is at 127.0.0.1. */
  readonly dnsServer?: string
  /** Accounts must be bound with one of these: base64url keys by key id. */
  readonly bindings?: Readonly<Record<string, string>>
  /** PEBBLE_*. */
  readonly variables?: Readonly<Record<string, string>>
}

export class Pebble implements AsyncDisposable {
  readonly #options: PebbleOptions
  readonly #folder: string
  readonly #ports: { readonly acme: number; readonly management: number; readonly dns: number; readonly dnsManagement: number }
  /** PEM: whom to trust for the connection to it. */
  readonly trusted: string
  #child: ChildProcess | null = null
  #dns: ChildProcess | null = null
  /** What it has said since its last start. */
  log: string[] = []

  private constructor(options: PebbleOptions, folder: string, ports: readonly number[], trusted: string) {
    const [acme = 0, management = 0, dns = 0, dnsManagement = 0] = ports
    this.#options = options
    this.#folder = folder
    this.#ports = { acme, management, dns, dnsManagement }
    this.trusted = trusted
  }

  static async start(options: PebbleOptions = {}): Promise<Pebble> {
    const folder = await mkdtemp(join(tmpdir(), 'rota-pebble-'))
    const { cert, key } = await selfMadeCertificate('localhost', systemClock.now())
    await Promise.all([writeFile(join(folder, 'cert.pem'), cert), writeFile(join(folder, 'key.pem'), key)])
    const ports = await freePorts(5)
    const pebble = new Pebble(options, folder, ports, cert)
    const nobody = ports.at(-1) ?? 0
    await pebble.#startDns()
    await writeFile(join(folder, 'config.json'), JSON.stringify({ pebble: {
      listenAddress: `127.0.0.1:${pebble.#ports.acme}`, managementListenAddress: `127.0.0.1:${pebble.#ports.management}`,
      certificate: join(folder, 'cert.pem'), privateKey: join(folder, 'key.pem'),
      httpPort: options.httpPort ?? nobody, tlsPort: options.tlsPort ?? nobody, ocspResponderURL: '',
      externalAccountBindingRequired: options.bindings !== undefined, externalAccountMACKeys: options.bindings ?? {},
    } }))
    await pebble.begin()
    return pebble
  }

  get directory(): string { return `https://127.0.0.1:${this.#ports.acme}/dir` }

  /** After `kill`: on the same port, without anything that it knew. */
  async begin(): Promise<void> {
    const args = ['-config', join(this.#folder, 'config.json'), '-dnsserver', this.#options.dnsServer ?? `127.0.0.1:${this.#ports.dns}`]
    const env = { PATH: process.env['PATH'] ?? '', PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '10', ...this.#options.variables }
    this.log = []
    this.#child = await startProcess(PROGRAM, args, env, /^Pebble .*running|ACME directory available/i, line => { this.log.push(line) })
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await end(this.#child)
    this.#child = null
  }

  /** What a name has in the DNS: TXT records under `_acme-challenge.` and the like. */
  async setTxt(host: string, value: string): Promise<void> {
    const answer = await fetch(`http://127.0.0.1:${this.#ports.dnsManagement}/set-txt`, { method: 'POST', body: JSON.stringify({ host, value }) })
    if (!answer.ok) throw new Error(`set-txt: ${answer.status}`)
  }

  /** How often it has taken something, by a part of its log lines. */
  count(part: string): number {
    return this.log.filter(line => line.includes(part)).length
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    await end(this.#dns)
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #startDns(): Promise<void> {
    const args = [
      '-dns01', `127.0.0.1:${this.#ports.dns}`, '-management', `127.0.0.1:${this.#ports.dnsManagement}`,
      '-http01', '', '-https01', '', '-tlsalpn01', '', '-defaultIPv4', '127.0.0.1', '-defaultIPv6', '',
    ]
    this.#dns = await startProcess(DNS_PROGRAM, args, { PATH: process.env['PATH'] ?? '' }, /Starting management server/i, () => {})
  }
}

/** Resolves when a line says that it runs. */
async function startProcess(
  program: string, args: readonly string[], env: Readonly<Record<string, string>>, running: RegExp, said: (line: string) => void,
): Promise<ChildProcess> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  alive.add(child)
  const lines: string[] = []
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => {
      alive.delete(child)
      reject(new Error(`${program} ended with ${code}\n${lines.join('\n')}`))
    })
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', line => {
        lines.push(line)
        said(line)
        if (running.test(line)) resolve()
      })
    }
  })
  return child
}

async function end(child: ChildProcess | null): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}
