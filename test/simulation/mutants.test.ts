/** The simulator finds every deliberate bug: else it would prove nothing. Each mutant runs in a process of its own. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { MUTANTS, type Mutant } from './mutants.ts'

const SIMULATE = fileURLToPath(new URL('../../tools/simulate.ts', import.meta.url))

for (const mutant of MUTANTS) {
  test(`${mutant.name}: ${mutant.breaks}`, async () => {
    const { code, output } = await run(mutant)
    assert.match(output, /^ {2}[SL]\d: /m, `not found in ${mutant.seeds} seeds\n${output}`)
    assert.equal(code, 1)
  })
}

function run({ name, seeds }: Mutant): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [SIMULATE, '--mutant', name, '--seeds', String(seeds)], { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => { output += String(chunk) })
    child.once('error', reject)
    child.once('close', code => { resolve({ code, output }) })
  })
}
