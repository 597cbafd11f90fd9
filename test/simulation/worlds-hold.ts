/** Many worlds in a row. */
import { simulate } from './simulate.ts'

/** Null, or what broke first, with its last events and how to see it again. */
export async function worldsHold(from: number, count: number): Promise<string | null> {
  for (let seed = from; seed < from + count; seed++) {
    const { breaches, lastEvents } = await simulate(seed)
    if (breaches.length > 0) return [...lastEvents, '', ...breaches, `again: npm run sim -- --seed ${seed}`].join('\n')
  }
  return null
}
