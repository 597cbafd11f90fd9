/**
 * A private BIND for tests: `named` from the machine, in a temporary folder, on a free port of the loopback address, serving one zone
 * that two keys may change. Stopped by its pid and removed at the end.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { systemClock } from '../../src/base/clock.ts'
import { Rfc2136 } from '../../src/services/dns/rfc2136.ts'
import type { Rfc2136Options } from '../../src/services/dns/rfc2136.ts'
import type { TsigAlgorithm } from '../../src/services/dns/tsig.ts'
import { freePort } from './free-ports.ts'

export const ZONE = 'example.test'
/** Of `rota.key`, which may change all of the zone, by each algorithm, and of `reader.key`, which may change nothing. */
export const SECRET = Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')
const STARTS_MAX = 5

function binary(name: 'named' | 'dig'): string | null {
  const folders = ['/usr/sbin', ...(process.env['PATH'] ?? '').split(delimiter)]
  return folders.map(folder => join(folder, name)).find(path => existsSync(path)) ?? null
}

/** Why suites with BIND cannot run here, or false: fits the `skip` option of node:test. */
export function bindMissing(): string | false {
  return binary('named') === null || binary('dig') === null ? 'no BIND (named, dig) on this machine' : false
}

export interface BindServer {
  readonly port: number
  /** With the key that may change the zone; `more` changes anything of that. */
  updater(more?: Partial<Rfc2136Options>): Rfc2136
  stop(): Promise<void>
}

/** `records`: more lines of the zone file. */
export async function startBind(records: readonly string[] = []): Promise<BindServer> {
  const named = binary('named')
  if (named === null) throw new Error('no BIND')
  const folder = await mkdtemp(join(tmpdir(), 'rota-bind-'))
  await chmod(folder, 0o700)
  await writeFile(join(folder, 'zone'), [
    '$TTL 300', `@ IN SOA ns1.${ZONE}. hostmaster.${ZONE}. 1 3600 600 86400 60`, `@ IN NS ns1.${ZONE}.`, 'ns1 IN A 127.0.0.1', ...records, '',
  ].join('\n'))
  for (let start = 0; start < STARTS_MAX; start++) {
    const port = await freePort()
    await writeFile(join(folder, 'named.conf'), configuration(folder, port))
    const server = spawn(named, ['-g', '-n', '1', '-c', join(folder, 'named.conf')], { stdio: ['ignore', 'ignore', 'pipe'] })
    if (await runs(server)) return handle(server, folder, port)
  }
  await rm(folder, { recursive: true, force: true })
  throw new Error('BIND did not start')
}

export function keyOf(algorithm: TsigAlgorithm = 'hmac-sha512'): Rfc2136Options['key'] {
  return { name: `rota-${algorithm}.key`, algorithm, secret: Buffer.from(SECRET, 'base64') }
}

function handle(server: ChildProcess, folder: string, port: number): BindServer {
  return {
    port,
    updater: more => new Rfc2136({
      host: '127.0.0.1', port, protocol: 'udp', zone: ZONE, key: keyOf(), timeoutMs: 5_000, clock: systemClock, ...more,
    }),
    async stop() {
      if (server.exitCode === null && server.signalCode === null) {
        const exited = once(server, 'exit')
        server.kill('SIGTERM')
        await exited
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function configuration(folder: string, port: number): string {
  const algorithms = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512']
  const keys = [...algorithms.map(algorithm => [`rota-${algorithm}.key`, algorithm]), ['reader.key', 'hmac-sha512']]
  return [
    ...keys.map(([name, algorithm]) => `key "${name}" { algorithm ${algorithm}; secret "${SECRET}"; };`),
    `options { directory "${folder}"; pid-file none; session-keyfile none; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };`,
    '  recursion no; dnssec-validation no; notify no; allow-transfer { none; }; minimal-responses yes; };',
    'controls { };',
    `zone "${ZONE}" { type primary; file "${join(folder, 'zone')}"; journal "${join(folder, 'journal')}";`,
    `  allow-update { ${algorithms.map(algorithm => `key "rota-${algorithm}.key";`).join(' ')} }; };`,
    '',
  ].join('\n')
}

/** False when it ends first. */
function runs(server: ChildProcess): Promise<boolean> {
  return new Promise(resolve => {
    let seen = ''
    server.stderr?.on('data', chunk => {
      if (seen.includes('\nrunning') || seen.endsWith(' running\n')) return
      seen += String(chunk)
      if (/ running\n/.test(seen)) resolve(true)
    })
    server.once('exit', () => { resolve(false) })
  })
}
