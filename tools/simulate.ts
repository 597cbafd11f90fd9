/**
 * `npm run sim -- --seed 648` replays one world of the simulator; `--seeds 20000 --from 1` runs many and stops at the first
 * that breaks a promise; `--mutant NAME` does so with a deliberate bug (test/simulation/mutants.ts).
 */
import { parseArgs } from 'node:util'
import type { Verdict } from '../test/simulation/simulate.ts'
import { mutate } from '../test/simulation/mutate.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' }, seeds: { type: 'string', default: '2000' }, from: { type: 'string', default: '1' },
    mutant: { type: 'string' },
  },
})
if (values.mutant !== undefined) mutate(values.mutant)
// Only now: what is loaded from here on may be mutated.
const { simulate } = await import('../test/simulation/simulate.ts')

if (values.seed === undefined) await many(Number(values.from), Number(values.seeds))
else tell(await simulate(Number(values.seed)))

async function many(from: number, count: number): Promise<void> {
  let [events, runs, late] = [0, 0, 0]
  for (let seed = from; seed < from + count; seed++) {
    const verdict = await simulate(seed)
    events += verdict.events
    runs += verdict.runs
    late += verdict.late
    if (verdict.breaches.length > 0) return tell(verdict)
  }
  console.log(`${count} seeds from ${from}: ${events} events, ${runs} runs, ${late} of them beside a stalled machine, no breach`)
}

function tell({ seed, breaches, lastEvents, hash, events }: Verdict): void {
  console.log(lastEvents.join('\n'))
  console.log(`\nseed ${seed}: ${events} events, trace ${hash.toString(16)}`)
  for (const breach of breaches) console.log(`  ${breach}`)
  if (breaches.length === 0) return
  console.log(`again: npm run sim -- --seed ${seed}`)
  process.exitCode = 1
}
