/** Runs one program in a process group of its own, so that nothing it started outlives it. */
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/base/clock.ts'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Standard output and errors as they came, cut in the middle when there is too much. */
  readonly output: string
  readonly durationMs: number
  readonly timedOut: boolean
  /** Something that it started was still running when it ended. */
  readonly leftBehind: boolean
}

const outputCharsMax = 200_000
const pipesGraceMs = 2_000
const running = new Set<number>()

export async function runProgram(args: readonly string[], cwd: string, limitMs: number): Promise<Ended> {
  const startedMs = systemClock.monotonicMs()
  const child = spawn(process.execPath, args, { cwd, env: testEnvironment(), detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const group = child.pid
  if (group !== undefined) running.add(group)
  let output = ''
  const collect = (chunk: Buffer) => { if (output.length < outputCharsMax) output += chunk.toString() }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)

  const closed = new Promise(resolve => { child.once('close', resolve) })
  let timedOut = false
  const cancel = systemClock.after(limitMs, () => {
    timedOut = true
    killGroup(group)
  })
  const ended = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => { resolve({ code, signal }) })
  })
  cancel()
  const leftBehind = killGroup(group) && !timedOut
  // A daemon that left the group may hold the pipes open for ever.
  const letGo = systemClock.after(pipesGraceMs, () => {
    child.stdout.destroy()
    child.stderr.destroy()
  })
  await closed
  letGo()
  if (group !== undefined) running.delete(group)
  return { ...ended, output, durationMs: systemClock.monotonicMs() - startedMs, timedOut, leftBehind }
}

/** For an interrupted run. */
export function killAll(): void {
  for (const group of running) killGroup(group)
}

/** Whether there was anything left to kill. */
function killGroup(group: number | undefined): boolean {
  if (group === undefined) return false
  try {
    return process.kill(-group, 'SIGKILL')
  } catch {
    return false // ESRCH: nobody is left in the group.
  }
}

/** Settings of the person's own node, or of their database tools, must not reach a test. */
function testEnvironment(): NodeJS.ProcessEnv {
  const own = /^(DATABASE_URL|ROTA_|STALWART_|LOG_|PG[A-Z]+$|NODE_TEST_CONTEXT$)/
  const kept = Object.entries(process.env).filter(([name]) => !own.test(name))
  // Stripped types and compiled code are shared by all files, as bin/rota.js does for nodes: a seventh of their work (measured).
  return { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'), ...Object.fromEntries(kept) }
}
