import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { openRegistry, part } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { JsonObject } from '../../base/json.ts'
import { retentionNow } from './data-retention.ts'
import { keepSchedulesOf, SETTINGS_SCHEDULES } from './settings-schedules.ts'
import { startSchedules } from './start-schedules.ts'

const [ACCOUNTS = '', DATA = '', BLOBS = '', SPAM = ''] = SETTINGS_SCHEDULES.map(({ id }) => id)
const HOUR_MS = 3_600_000

/** VirtualClock begins at 2026-01-01T00:00:00Z, a Thursday. */
describe('Schedules that settings decide', () => {
  let test: TestRegistry
  beforeEach(async () => {
    test = await openRegistry()
    await start()
  })
  const start = () => startSchedules(test.store, test.schedules)
  const change = (fields: JsonObject) => test.update('DataRetention', 'singleton', fields)
  const rows = () => test.store.read(tx => tx.schedules.list())
  const row = async (id: string) => {
    const [found] = await test.store.read(tx => tx.schedules.get([id]))
    assert(found)
    return found
  }

  it('are there when the server has started, with their defaults', async () => {
    const seen = await Promise.all([ACCOUNTS, DATA, BLOBS, SPAM].map(id => test.get('Schedule', id)))
    const both = { timeZone: 'UTC', catchUp: 'last', pausedUntil: null, lastSlot: null, lastTaskId: null, problem: null }
    const task = (maintenanceType: string) => ({ '@type': 'StoreMaintenance', maintenanceType, shardIndex: null })
    assert.deepEqual(seen, [
      { ...both, id: ACCOUNTS, name: 'Purge of accounts', cron: '0 0 * * *', nextSlot: '2026-01-02T00:00:00Z', task: task('purgeAccounts') },
      { ...both, id: DATA, name: 'Clean-up of data', cron: '0 2 * * *', nextSlot: '2026-01-01T02:00:00Z', task: task('purgeData') },
      { ...both, id: BLOBS, name: 'Clean-up of blobs', cron: '0 4 * * *', nextSlot: '2026-01-01T04:00:00Z', task: task('purgeBlob') },
      { ...both, id: SPAM, name: 'Spam training', cron: '30 */12 * * *', nextSlot: '2026-01-01T00:30:00Z', task: { '@type': 'SpamFilterMaintenance', maintenanceType: 'train' } },
    ])
  })

  it('follow DataRetention in its transaction, and leave what it does not say', async () => {
    await test.update('Schedule', DATA, { timeZone: 'Asia/Tokyo', catchUp: 'none', pausedUntil: '2026-03-01T00:00:00Z', name: 'nightly' })
    const [others, before] = [await Promise.all([row(ACCOUNTS), row(BLOBS)]), await row(DATA)]
    await change({ dataCleanupSchedule: { '@type': 'Weekly', day: 6, hour: 3, minute: 30 } })
    assert.deepEqual(await row(DATA), {
      ...before, cron: '30 3 * * 6', nextSlot: Date.UTC(2026, 0, 2, 18, 30), version: before.version + 1,
    })
    assert.deepEqual([before.timeZone, before.catchUp, before.name], ['Asia/Tokyo', 'none', 'nightly'])
    assert.deepEqual(await Promise.all([row(ACCOUNTS), row(BLOBS)]), others)
    await change({ holdTaskRunsFor: HOUR_MS, dataCleanupSchedule: { '@type': 'Weekly', day: 6, hour: 3, minute: 30 } })
    assert.equal((await row(DATA)).version, before.version + 1)
    await change({ dataCleanupSchedule: { '@type': 'Hourly', minute: 7 } })
    assert.equal((await row(DATA)).cron, '7 * * * *')
  })

  it('come every week on their day in their zone, summer time or not', async () => {
    const slots = async (day: number, from: string): Promise<string[]> => {
      await test.clock.advance(Date.parse(from) - test.clock.now())
      await change({ dataCleanupSchedule: { '@type': 'Weekly', day, hour: 2, minute: 30 } })
      const found: string[] = []
      const { cron, timeZone, nextSlot: first } = await row(DATA)
      for (let slot = first; found.length < 3; slot = test.schedules.nextSlot(cron, timeZone, slot) ?? Infinity) found.push(new Date(slot).toISOString())
      return found
    }
    await test.update('Schedule', DATA, { timeZone: 'Europe/Vienna' })
    // Sundays; on the second of each three the clocks change, in spring there is no half past two.
    assert.deepEqual(await slots(0, '2026-03-20T00:00:00Z'), ['2026-03-22T01:30:00.000Z', '2026-03-29T01:00:00.000Z', '2026-04-05T00:30:00.000Z'])
    // A Thursday noon: a week has one slot, and Saturday is the next one.
    assert.deepEqual(await slots(6, '2026-10-15T12:00:00Z'), ['2026-10-17T00:30:00.000Z', '2026-10-24T00:30:00.000Z', '2026-10-31T01:30:00.000Z'])
    // On its day before and after its time.
    assert.deepEqual((await slots(0, '2026-10-18T00:29:00Z'))[0], '2026-10-18T00:30:00.000Z')
    await change({ dataCleanupSchedule: { '@type': 'Daily', hour: 2, minute: 30 } })
    assert.deepEqual(await slots(0, '2026-10-18T00:31:00Z'), ['2026-10-25T00:30:00.000Z', '2026-11-01T01:30:00.000Z', '2026-11-08T01:30:00.000Z'])
  })

  it('refuse times that are none, and then stay as they were', async () => {
    const before = await rows()
    const wrong = [
      { '@type': 'Daily', hour: 24 }, { '@type': 'Weekly', day: 7 }, { '@type': 'Hourly', minute: 60 }, { '@type': 'Yearly' },
      { '@type': 'Hourly', hour: 3 },
    ]
    for (const blobCleanupSchedule of wrong) {
      const error = await test.refusedUpdate('DataRetention', 'singleton', { blobCleanupSchedule })
      assert.match(String(error['type']), /^(validationFailed|invalidPatch|invalidProperties)$/, JSON.stringify(error))
    }
    assert.deepEqual(await rows(), before)
  })

  it('are changed there and not here: cron and task are refused, and so is their end', async () => {
    const before = await row(DATA)
    for (const [patch, property] of [[{ cron: '0 5 * * *' }, 'cron'], [{ 'task/maintenanceType': 'purgeBlob' }, 'task']] as const) {
      const error = await test.refusedUpdate('Schedule', DATA, patch)
      assert.deepEqual([error['type'], error['properties']], ['forbidden', [property]])
      assert.match(String(error['description']), /dataCleanupSchedule of DataRetention/)
    }
    const { type, description } = part(await test.call('Schedule/set', { destroy: [DATA] }), 'notDestroyed', DATA)
    assert.equal(type, 'forbidden')
    assert.match(String(description), /dataCleanupSchedule of DataRetention; to stop it, pause it/)
    await test.update('Schedule', DATA, { cron: before.cron, pausedUntil: '9999-12-31T23:59:59Z' })
    assert.deepEqual([(await row(DATA)).cron, (await test.get('Schedule', DATA))['nextSlot']], [before.cron, null])
  })

  it('that an older version has changed are put right at the next start, and others left alone', async () => {
    await change({ dataCleanupSchedule: { '@type': 'Hourly', minute: 7 } })
    const [kept, data] = [await row(ACCOUNTS), await row(DATA)]
    await test.store.transact(async tx => {
      await tx.schedules.remove(BLOBS)
      await tx.schedules.update({ ...data, cron: '0 5 * * *', timeZone: 'Asia/Tokyo' })
    })
    await start()
    assert.deepEqual(await row(ACCOUNTS), kept)
    assert.deepEqual([(await row(DATA)).cron, (await row(DATA)).timeZone, (await row(BLOBS)).cron], ['7 * * * *', 'Asia/Tokyo', '0 4 * * *'])
  })

  it('take another name where somebody has theirs', async () => {
    await test.store.transact(async tx => {
      const data = await row(DATA)
      await tx.schedules.remove(DATA)
      await tx.schedules.insert({ ...data, id: test.ids.next() })
    })
    await start()
    assert.equal((await row(DATA)).name, `Clean-up of data (${DATA})`)
    assert.equal((await rows()).length, 5)
  })

  it('move on beside the scheduler', async () => {
    const { version, nextSlot } = await row(DATA)
    let raced = false
    await test.store.transact(async tx => {
      await tx.schedules.update({ ...await row(DATA), cron: '1 1 * * *' })
      const real = test.schedules.rows(tx)
      // The scheduler is quicker once, between the look at the row and its change.
      const get: typeof real.get = async ids => {
        const found = await real.get(ids)
        if (!raced && ids.includes(DATA)) {
          raced = true
          await tx.schedules.advance(DATA, version + 1, nextSlot, nextSlot + 24 * HOUR_MS, [])
        }
        return found
      }
      await keepSchedulesOf(tx, 'DataRetention', { ...await retentionNow(tx) }, { ...test.schedules, rows: () => ({ ...real, get }) })
    })
    const after = await row(DATA)
    assert.deepEqual([raced, after.cron, after.lastSlot, after.version], [true, '0 2 * * *', nextSlot, version + 3])
  })
})
