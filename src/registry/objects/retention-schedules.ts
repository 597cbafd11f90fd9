/**
 * The schedules that DataRetention decides. Each is a row of the schedules, like those that people make, so that it is
 * listed with its slots and can be paused; its times come from a field of DataRetention and its task from here.
 *
 * | what happens | the row |
 * |---|---|
 * | DataRetention is written | follows in the same transaction |
 * | a server starts, and the row is not there or says something else | is put right: a new store, or one of an older version |
 * | time zone, catch-up, pause or name are changed | keeps them, whatever DataRetention says later |
 * | its times or its task are changed, or it is destroyed | stays: refused, with the field that decides (schedule.ts) |
 */
import { isDeepStrictEqual } from 'node:util'
import { assert } from '../../base/assert.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { RotaError } from '../../errors.ts'
import { cronText } from './cron.ts'
import type { ScheduleData, SchedulePort, ScheduleRows } from './schedule-rows.ts'

export interface RetentionSchedule {
  /** The same on every server, and older than all ids that are drawn. */
  readonly id: Id
  readonly name: string
  /** Of DataRetention. */
  readonly field: 'expungeSchedule' | 'dataCleanupSchedule' | 'blobCleanupSchedule'
  /** Of StoreMaintenance. */
  readonly maintenanceType: string
}

export const RETENTION_SCHEDULES: readonly RetentionSchedule[] = [
  { id: '0000000000001', name: 'Purge of accounts', field: 'expungeSchedule', maintenanceType: 'purgeAccounts' },
  { id: '0000000000002', name: 'Clean-up of data', field: 'dataCleanupSchedule', maintenanceType: 'purgeData' },
  { id: '0000000000003', name: 'Clean-up of blobs', field: 'blobCleanupSchedule', maintenanceType: 'purgeBlob' },
]
/** The scheduler, which moves slots on, may be quicker; it comes once a slot. */
const ROUNDS_MAX = 20

/** The field that decides a schedule; null: people do. */
export function retentionFieldOf(id: Id): RetentionSchedule['field'] | null {
  return RETENTION_SCHEDULES.find(schedule => schedule.id === id)?.field ?? null
}

/** `retention`: DataRetention as a whole. */
export async function keepRetentionSchedules<Tx>(tx: Tx, retention: JsonObject, port: SchedulePort<Tx>): Promise<void> {
  for (const schedule of RETENTION_SCHEDULES) await keepSchedule(port.rows(tx), schedule, decidedBy(retention, schedule), port)
}

/** Whether all rows are as DataRetention says. */
export async function retentionSchedulesKept<Tx>(tx: Tx, retention: JsonObject, port: SchedulePort<Tx>): Promise<boolean> {
  const rows = await port.rows(tx).get(RETENTION_SCHEDULES.map(({ id }) => id))
  return RETENTION_SCHEDULES.every(schedule => {
    const row = rows.find(({ id }) => id === schedule.id)
    return row !== undefined && isKept(row, decidedBy(retention, schedule))
  })
}

type Decided = Pick<ScheduleData, 'cron' | 'variant' | 'payload'>

function decidedBy(retention: JsonObject, { field, maintenanceType }: RetentionSchedule): Decided {
  return { cron: cronText(retention[field] as JsonObject), variant: 'StoreMaintenance', payload: { maintenanceType, shardIndex: null } }
}

function isKept({ cron, variant, payload }: Decided, decided: Decided): boolean {
  return isDeepStrictEqual({ cron, variant, payload }, decided)
}

async function keepSchedule<Tx>(
  rows: ScheduleRows, { id, name }: RetentionSchedule, decided: Decided, port: SchedulePort<Tx>,
): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const [row] = await rows.get([id])
    if (row && isKept(row, decided)) return
    const { timeZone } = row ?? NEW
    const nextSlot = port.nextSlot(decided.cron, timeZone, port.now())
    assert(nextSlot !== null, `${decided.cron} does not come in ${timeZone}`)
    // Somebody may have made a schedule of this name before.
    const reply = row ? await rows.update({ ...row, ...decided, nextSlot })
      : await rows.insert({ ...NEW, ...decided, id, nextSlot, name: round === 0 ? name : `${name} (${id})` })
    if (reply === 'written') return
  }
  throw new RotaError('store/conflict', `the schedule ${name} could not be kept in step with DataRetention`)
}

const NEW = { timeZone: 'UTC', catchUp: 'last', pausedUntil: null } as const
