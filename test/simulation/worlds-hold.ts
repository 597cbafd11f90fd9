/** Many worlds, a hundred in a process: Node lets the signals of crashed engines go only with their process. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const SIMULATE = fileURLToPath(new URL('../../tools/simulate.ts', import.meta.url))
const CHUNK = 100

/** Null, or what broke first, with its last events and how to see it again. */
export async function worldsHold(from: number, count: number): Promise<string | null> {
  for (let first = from; first < from + count; first += CHUNK) {
    const { code, output } = await simulated('--from', String(first), '--seeds', String(Math.min(CHUNK, from + count - first)))
    if (code !== 0) return output
  }
  return null
}

/** `npm run sim` with these arguments. */
export function simulated(...args: string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [SIMULATE, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => { output += String(chunk) })
    child.once('error', reject)
    child.once('close', code => { resolve({ code, output }) })
  })
}
