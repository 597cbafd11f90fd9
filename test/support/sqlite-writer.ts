/**
 * A process that writes until it is killed: pairs of tasks, each pair in one transaction. It says the pair's ids on
 * stdout only after the commit was acknowledged, and synchronously, so that nothing that was said can get lost with it.
 * Arguments: data folder, lane.
 */
import { writeSync } from 'node:fs'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import { openSqliteStore } from '../../src/store/sqlite/store.ts'

const [dataDir, lane] = process.argv.slice(2)
if (!dataDir || !lane) throw new Error('usage: sqlite-writer <data folder> <lane>')
const store = await openSqliteStore({ dataDir, clock: systemClock })
const ids = idSource(1, systemClock)
writeSync(1, 'open\n')

for (;;) {
  const pair = [ids.next(), ids.next()]
  await store.transact(tx => tx.tasks.insert(pair.map(id => ({
    id, variant: 'Sample', lane, bucket: 0, band: 0, due: 0, orderingKey: id, dedupeKey: null, accountId: null,
    domainId: null, payload: { padding: 'x'.repeat(500) },
  }))))
  writeSync(1, `${pair.join(' ')}\n`)
}
