/**
 * The command line of Rota: it speaks only the management API, and learns every object and field from its
 * schema.
 */
import { run } from './run.ts'
import type { Environment } from './terminal.ts'
import { processSurroundings } from './terminal.ts'

/** Sets the exit code and lets the process end by itself, so that all output is written. */
export async function main(argv: readonly string[], env: Environment): Promise<void> {
  process.exitCode = await run(argv, { ...processSurroundings(), env })
}
