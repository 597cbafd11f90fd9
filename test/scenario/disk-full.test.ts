import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import type { Id } from '../../src/base/ids.ts'
import { hasCode } from '../../src/errors.ts'
import { openSqliteStore } from '../../src/store/sqlite/store.ts'
import type { Store } from '../../src/store/store.ts'
import { aTask, newLane } from '../contract/queue-fixtures.ts'

const DISK_MIB = 16
const BALLAST_MIB = 6
const PAYLOAD_BYTES = 100_000
/** More than fits in any case. */
const PAIRS_MAX = DISK_MIB * 1_048_576 / PAYLOAD_BYTES / 2

const disk = mountSmallDisk()

describe('a full disk under SQLite', { skip: 'path' in disk ? false : disk.reason }, () => {
  const path = 'path' in disk ? disk.path : ''
  const dataDir = join(path, 'data')
  const lane = newLane()
  let store: Store
  const open = async () => { store = await openSqliteStore({ dataDir, clock: systemClock }) }
  const count = () => store.read(tx => tx.tasks.count({ lane }))
  /** Two rows a transaction: neither may be there without the other. */
  const writePair = async (): Promise<Id[]> => {
    const tasks = [1, 2].map(() => aTask(lane, { payload: { text: 'x'.repeat(PAYLOAD_BYTES) } }))
    await store.transact(tx => tx.tasks.insert(tasks))
    return tasks.map(task => task.id)
  }
  before(open)
  after(async () => {
    await store.close()
    spawnSync('umount', [path])
    rmdirSync(path)
  })

  test('a write is refused as store/full, earlier ones stay, and it goes on once there is space', async () => {
    const ballast = join(path, 'ballast')
    await writeFile(ballast, Buffer.alloc(BALLAST_MIB * 1_048_576))
    const written: Id[] = []
    await assert.rejects(async () => {
      for (let pair = 0; pair < PAIRS_MAX; pair++) written.push(...await writePair())
    }, error => hasCode(error, 'store/full'))
    assert.ok(written.length > 0)
    assert.equal(await count(), written.length)
    assert.deepEqual((await store.read(tx => tx.tasks.get(written))).map(row => row.id), written)
    await assert.rejects(writePair(), error => hasCode(error, 'store/full'))

    await rm(ballast)
    written.push(...await writePair())
    assert.equal(await count(), written.length)
    await store.close()
    await open()
    assert.deepEqual((await store.read(tx => tx.tasks.get(written))).map(row => row.id), written)
    assert.equal(await count(), written.length)
  })
})

function mountSmallDisk(): { readonly path: string } | { readonly reason: string } {
  const path = mkdtempSync(join(tmpdir(), 'rota-disk-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', path], { encoding: 'utf8' })
  if (mounted.status === 0) return { path }
  rmdirSync(path)
  return { reason: `a small disk cannot be mounted here: ${(mounted.stderr || mounted.error?.message || 'no reason').trim()}` }
}
