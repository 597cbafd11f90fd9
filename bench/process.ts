/** How soon is a node ready, and how much memory does it hold when it has nothing to do? Measured on `rota serve` itself. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { sharedPostgres } from '../test/support/postgres.ts'
import type { StoreKind } from './world.ts'

const MAIN = fileURLToPath(new URL('../bin/rota.js', import.meta.url))
const IDLE_MS = 5_000

/** `firstStartMs` makes the store, `startMs` finds it there; both from spawn to the banner. */
export async function processFacts(kind: StoreKind): Promise<{ firstStartMs: number; startMs: number; idleMiB: number }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rota-bench-'))
  const env = { ...process.env, ROTA_DATA_DIR: dataDir, ROTA_ADMIN_PASSWORD: 'benchmark only', STALWART_HOSTNAME: 'bench',
    ROTA_LISTENER_BIND: 'http=127.0.0.1:0;smtp=127.0.0.1:0;lmtp=127.0.0.1:0', LOG_LEVEL: 'warn',
    ...(kind === 'postgres' ? { DATABASE_URL: await (await sharedPostgres()).freshDatabase() } : {}) }
  try {
    const first = await runOnce(env, 0)
    const second = await runOnce(env, IDLE_MS)
    return { firstStartMs: first.startMs, startMs: second.startMs, idleMiB: second.residentMiB }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function runOnce(env: NodeJS.ProcessEnv, idleMs: number): Promise<{ startMs: number; residentMiB: number }> {
  const start = performance.now()
  const child = spawn(process.execPath, [MAIN, 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  for await (const chunk of child.stdout) {
    text += String(chunk)
    if (text.includes('is running')) break
  }
  const startMs = performance.now() - start
  await new Promise(resolve => { setTimeout(resolve, idleMs) })
  const residentMiB = await residentOf(child.pid ?? 0)
  child.kill('SIGTERM')
  await once(child, 'exit')
  return { startMs, residentMiB }
}

/** Linux only; NaN elsewhere. */
async function residentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? NaN) / 1_024
}
