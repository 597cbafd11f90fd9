/** How many messages a second get into the full-text index, from delivery on, through the engine and the real tasks? */
import { performance } from 'node:perf_hooks'
import { systemClock } from '../src/base/clock.ts'
import { idSource } from '../src/base/ids.ts'
import { silentLog } from '../src/base/log.ts'
import { systemRandom } from '../src/base/random.ts'
import { Catalogue } from '../src/engine/catalogue.ts'
import { EngineNode } from '../src/engine/cluster/node.ts'
import { LEASE_TIMES } from '../src/engine/lease/lease.ts'
import { RETRY_DEFAULTS } from '../src/base/retry-plan.ts'
import { buildMail } from '../src/server/mail.ts'
import { VARIANTS } from '../src/tasks/catalogue.ts'
import { DUTIES } from '../src/tasks/define.ts'
import { lanes } from '../src/tasks/lanes.ts'
import { openBenchStore, type StoreKind } from './world.ts'

const MESSAGES = 1_000
const ACCOUNTS = 20
const WORDS = ('the meeting about quarterly budgets was moved because several colleagues are travelling and the projector '
  + 'needs repairing while customers keep asking whether their deliveries arrive before the holidays or after them').split(' ')

/** Messages a second: delivered (stored, with its task, one transaction each), and indexed (task run, findable). */
export async function mailRates(kind: StoreKind): Promise<{ delivered: number; indexed: number }> {
  const bench = await openBenchStore(kind)
  const { store } = bench
  const catalogue = new Catalogue(VARIANTS, lanes())
  const ids = idSource(1_000, systemClock)
  const { delivery, indexing } = buildMail(store, catalogue, ids, systemClock)
  const accounts = Array.from({ length: ACCOUNTS }, () => ids.next())
  // Mail is stored for accounts that are there, and asks for no more of them.
  await store.transact(async tx => { for (const id of accounts) await tx.objects.insert('Account', id, {}, [], []) })

  let start = performance.now()
  for (let index = 0; index < MESSAGES; index++) {
    const accountId = accounts[index % ACCOUNTS] ?? ''
    await delivery.deliver({ recipients: [{ accountId, quotaBytes: null }], content: message(index) })
  }
  const delivered = MESSAGES / ((performance.now() - start) / 1_000)

  const node = new EngineNode({
    store, catalogue, clock: systemClock, random: systemRandom, log: silentLog, times: LEASE_TIMES,
    runDeps: { indexing }, chores: [], settings: () => RETRY_DEFAULTS, hostname: 'bench', version: 'bench', alone: true,
    nodeState: () => ({ role: null, duties: DUTIES, pushShard: null, draining: false, info: {} }),
  })
  start = performance.now()
  await node.start()
  while (await store.read(tx => tx.tasks.count({})) > 0) await new Promise<void>(resolve => { setImmediate(resolve) })
  const indexed = MESSAGES / ((performance.now() - start) / 1_000)
  await node.stop()
  await bench.close()
  return { delivered, indexed }
}

/** About 3 kB, each with words of its own. */
export function message(index: number): Uint8Array {
  const lines = Array.from({ length: 30 }, (_, line) =>
    Array.from({ length: 14 }, (_, word) => WORDS[(index * 7 + line * 3 + word * (line + 1)) % WORDS.length]).join(' '))
  return new TextEncoder().encode([
    `From: Sender ${index} <sender${index}@elsewhere.example>`, 'To: jane@example.org', `Subject: Number ${index} of the series`,
    `Message-ID: <${index}@elsewhere.example>`, 'Content-Type: text/plain; charset=utf-8', '', `unique${index}`, ...lines, '',
  ].join('\r\n'))
}
