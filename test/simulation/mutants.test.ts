/** The simulator finds every deliberate bug: else it would prove nothing. Each mutant runs in a process of its own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MUTANTS } from './mutants.ts'
import { simulated } from './worlds-hold.ts'

for (const { name, breaks, seeds, meets } of MUTANTS) {
  test(`${name}: ${breaks}`, async context => {
    const known = meets === undefined ? null : await simulated('--mutant', name, '--seed', String(meets))
    // A change of the engine gives the known world other events: then another one has to meet it.
    const { code, output } = known?.code === 1 ? known : await simulated('--mutant', name, '--seeds', String(seeds))
    if (known?.code === 0) context.diagnostic(`${name} is no longer met by world ${meets}: ${/^seed \d+/m.exec(output)?.[0] ?? 'none'} met it`)
    assert.match(output, /^ {2}[SL]\d: /m, `not found in ${seeds} seeds\n${output}`)
    assert.equal(code, 1)
  })
}
