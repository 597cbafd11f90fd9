/**
 * `npm run bench [-- sqlite|postgres]`: prints what was measured as a table, then as one line of JSON. Runs are not
 * comparable across machines; compare two versions in one session.
 */
import { availableParallelism, cpus } from 'node:os'
import Table from 'cli-table3'
import { postgresMissing, stopSharedPostgres } from '../test/support/postgres.ts'
import { mailRates } from './mail.ts'
import { processFacts } from './process.ts'
import { drainRate, enqueueRates, pickupLatency } from './queue.ts'
import type { StoreKind } from './world.ts'

interface Measure { readonly what: string; readonly unit: string; readonly value: number }

const asked = process.argv.slice(2)
const kinds = (['sqlite', 'postgres'] as const).filter(kind => asked.length === 0 || asked.includes(kind))
const results: Partial<Record<StoreKind, Measure[]>> = {}
for (const kind of kinds) {
  const missing = kind === 'postgres' ? postgresMissing() : false
  if (missing) console.log(`postgres left out: ${missing}`)
  else results[kind] = await measure(kind)
}
await stopSharedPostgres()
print()

async function measure(kind: StoreKind): Promise<Measure[]> {
  const drain = await drainRate(kind)
  const enqueue = await enqueueRates(kind)
  const pickup = await pickupLatency(kind)
  const mail = await mailRates(kind)
  const facts = await processFacts(kind)
  return [
    { what: 'drain of 100,000 no-op tasks', unit: 'tasks/s', value: drain },
    { what: 'enqueue, one a transaction, 1 client', unit: 'tasks/s', value: enqueue.single },
    { what: 'enqueue, one a transaction, 20 clients', unit: 'tasks/s', value: enqueue.clients20 },
    { what: 'enqueue, 1,000 a transaction', unit: 'tasks/s', value: enqueue.bulk },
    { what: 'pickup of a due task, idle, p50', unit: 'ms', value: pickup.p50 },
    { what: 'pickup of a due task, idle, p99', unit: 'ms', value: pickup.p99 },
    { what: 'messages of 3 kB delivered', unit: 'messages/s', value: mail.delivered },
    { what: 'messages of 3 kB indexed', unit: 'messages/s', value: mail.indexed },
    { what: 'first start', unit: 'ms', value: facts.firstStartMs },
    { what: 'start', unit: 'ms', value: facts.startMs },
    { what: 'resident when idle', unit: 'MiB', value: facts.idleMiB },
  ]
}

function print(): void {
  const stores = Object.keys(results) as StoreKind[]
  const table = new Table({ head: ['', 'unit', ...stores], colAligns: ['left', 'left', 'right', 'right'] })
  const rows = results[stores[0] ?? 'sqlite'] ?? []
  for (const [index, { what, unit }] of rows.entries()) table.push([what, unit, ...stores.map(kind => rounded(results[kind]?.[index]?.value))])
  console.log(table.toString())
  console.log(JSON.stringify({ cores: availableParallelism(), cpu: cpus()[0]?.model ?? null, node: process.version, results }))
}

function rounded(value = NaN): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1)
}
