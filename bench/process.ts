/** How soon is a node ready, and how much memory does it hold when it has nothing to do? Measured on `rota serve` itself. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { sharedPostgres } from '../test/support/postgres.ts'
import type { StoreKind } from './world.ts'

const MAIN = fileURLToPath(new URL('../bin/rota.js', import.meta.url))
/** As `npm start` and `npx rota` start it. */
const MEMORY = ['--max-semi-space-size=8', '--max-old-space-size=1536']
const IDLE_MS = 5_000
/** One alone says little: the median counts. */
const STARTS = 5
/** Of /proc/<pid>/stat. */
const TICKS_PER_SECOND = 100

export interface ProcessFacts {
  /** Makes the store, and finds no compiled code; from spawn to the banner. */
  readonly firstStartMs: number
  /** Finds both; the median. */
  readonly startMs: number
  /** Of the processor, until the banner; the median. */
  readonly startCpuMs: number
  readonly idleMiB: number
}

export async function processFacts(kind: StoreKind): Promise<ProcessFacts> {
  const home = await makeHome(kind, 'benchmark only')
  try {
    const first = await launch(home.env)
    await first.stop()
    const starts: { readonly ms: number; readonly cpuMs: number }[] = []
    let idleMiB = NaN
    while (starts.length < STARTS) {
      const node = await launch(home.env)
      const pid = node.process.pid ?? 0
      starts.push({ ms: node.startMs, cpuMs: await cpuSeconds(pid) * 1_000 })
      if (starts.length === STARTS) {
        await new Promise(resolve => { setTimeout(resolve, IDLE_MS) })
        idleMiB = await residentOf(pid)
      }
      await node.stop()
    }
    return { firstStartMs: first.startMs, startMs: median(starts.map(({ ms }) => ms)), startCpuMs: median(starts.map(({ cpuMs }) => cpuMs)), idleMiB }
  } finally {
    await home.remove()
  }
}

export interface NodeProcess {
  readonly process: ChildProcess
  /** Of the HTTP listener on 127.0.0.1. */
  readonly port: number
  stop(): Promise<void>
}

/** A node with an empty store and this password for `admin`. */
export async function startNode(kind: StoreKind, password: string): Promise<NodeProcess> {
  const home = await makeHome(kind, password)
  const node = await launch(home.env)
  return { ...node, async stop() {
    await node.stop()
    await home.remove()
  } }
}

export interface Home { readonly env: NodeJS.ProcessEnv; remove(): Promise<void> }

export async function makeHome(kind: StoreKind, password: string): Promise<Home> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rota-bench-'))
  const env = { ...process.env, ROTA_DATA_DIR: dataDir, ROTA_ADMIN_PASSWORD: password, STALWART_HOSTNAME: 'bench',
    ROTA_LISTENER_BIND: 'http=127.0.0.1:0;smtp=127.0.0.1:0;lmtp=127.0.0.1:0', LOG_LEVEL: 'warn',
    ...(kind === 'postgres' ? { DATABASE_URL: await (await sharedPostgres()).freshDatabase() } : {}) }
  return { env, remove: () => rm(dataDir, { recursive: true, force: true }) }
}

export async function launch(env: NodeJS.ProcessEnv): Promise<NodeProcess & { readonly startMs: number }> {
  const start = performance.now()
  const child = spawn(process.execPath, [...MEMORY, MAIN, 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  // A benchmark that fails leaves no node behind that takes the processor from the next one.
  const end = () => { child.kill('SIGKILL') }
  process.once('exit', end)
  child.once('exit', () => { process.off('exit', end) })
  let text = ''
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    text += String(chunk)
    if (text.includes('rota describe')) break
  }
  const startMs = performance.now() - start
  return {
    process: child, port: Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1]), startMs,
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN
}

/** Linux only; NaN elsewhere. */
async function residentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? NaN) / 1_024
}

/** Linux only; NaN elsewhere. */
export async function cpuSeconds(pid: number): Promise<number> {
  return seconds(await statOf(pid), [11, 12])
}

/** Of all processes of the database server: the first, those of its children that have ended, and those that live. */
export async function postgresCpuSeconds(): Promise<number> {
  const { pid } = await sharedPostgres()
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => 'none')
  const living = await Promise.all(children.split(' ').filter(text => text !== '').map(child => statOf(Number(child))))
  // One that ended between the two looks counts in the next one.
  const sum = living.filter(fields => fields.length > 1).reduce((all, fields) => all + seconds(fields, [11, 12]), 0)
  return sum + seconds(await statOf(pid), [11, 12, 13, 14])
}

/** Of /proc/<pid>/stat what follows the name; empty when there is no such process. */
async function statOf(pid: number): Promise<string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function seconds(fields: readonly string[], columns: readonly number[]): number {
  return columns.reduce((sum, column) => sum + Number(fields[column]), 0) / TICKS_PER_SECOND
}
