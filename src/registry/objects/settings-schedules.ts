/**
 * The schedules that settings decide. Each is a row of the schedules, like those that people make, so that it is
 * listed with its slots and can be paused; its times come from a field of the settings and its task from here.
 *
 * | what happens | the row |
 * |---|---|
 * | the settings are written | follows in the same transaction |
 * | the field is emptied, where that may be | goes |
 * | a server starts, and the row is not there or says something else | is put right: a new store, or one of an older version |
 * | time zone, catch-up, pause or name are changed | keeps them, whatever the settings say later |
 * | its times or its task are changed, or it is destroyed | stays: refused, with the field that decides (schedule.ts) |
 */
import { isDeepStrictEqual } from 'node:util'
import { assert } from '../../base/assert.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { RotaError } from '../../errors.ts'
import { cronText } from './cron.ts'
import type { ScheduleData, SchedulePort, ScheduleRows } from './schedule-rows.ts'
import { trainCron } from './train-times.ts'

type Decided = Pick<ScheduleData, 'cron' | 'variant' | 'payload'>

export type DecidingObject = 'DataRetention' | 'SpamClassifier'
export interface SettingsSchedule {
  /** The same on every server, and older than all ids that are drawn. */
  readonly id: Id
  readonly name: string
  readonly object: DecidingObject
  readonly field: string
  /** Out of the whole settings; null: it does not come at all. */
  readonly decide: (settings: JsonObject) => Decided | null
}

export const SETTINGS_SCHEDULES: readonly SettingsSchedule[] = [
  storeSchedule('0000000000001', 'Purge of accounts', 'expungeSchedule', 'purgeAccounts'),
  storeSchedule('0000000000002', 'Clean-up of data', 'dataCleanupSchedule', 'purgeData'),
  storeSchedule('0000000000003', 'Clean-up of blobs', 'blobCleanupSchedule', 'purgeBlob'),
  {
    id: '0000000000004', name: 'Spam training', object: 'SpamClassifier', field: 'trainFrequency',
    decide({ trainFrequency }) {
      const cron = typeof trainFrequency === 'number' ? trainCron(trainFrequency) : null
      return cron === null ? null : { cron, variant: 'SpamFilterMaintenance', payload: { maintenanceType: 'train' } }
    },
  },
]
/** The scheduler, which moves slots on, may be quicker; it comes once a slot. */
const ROUNDS_MAX = 20

/** Which field of which settings decides a schedule, such as `expungeSchedule of DataRetention`; null: people do. */
export function decidedByText(id: Id): string | null {
  const schedule = SETTINGS_SCHEDULES.find(each => each.id === id)
  return schedule === undefined ? null : `${schedule.field} of ${schedule.object}`
}

/** `settings`: the deciding object as a whole. */
export async function keepSchedulesOf<Tx>(tx: Tx, object: DecidingObject, settings: JsonObject, port: SchedulePort<Tx>): Promise<void> {
  for (const schedule of schedulesOf(object)) await keepSchedule(port.rows(tx), schedule, schedule.decide(settings), port)
}

/** Whether all rows are as the settings say. */
export async function schedulesKept<Tx>(tx: Tx, object: DecidingObject, settings: JsonObject, port: SchedulePort<Tx>): Promise<boolean> {
  const schedules = schedulesOf(object)
  const rows = await port.rows(tx).get(schedules.map(({ id }) => id))
  return schedules.every(schedule => {
    const row = rows.find(({ id }) => id === schedule.id)
    const decided = schedule.decide(settings)
    return row === undefined || decided === null ? row === undefined && decided === null : isKept(row, decided)
  })
}

function schedulesOf(object: DecidingObject): readonly SettingsSchedule[] {
  return SETTINGS_SCHEDULES.filter(schedule => schedule.object === object)
}

function storeSchedule(id: Id, name: string, field: string, maintenanceType: string): SettingsSchedule {
  return {
    id, name, object: 'DataRetention', field,
    decide: settings => ({ cron: cronText(settings[field] as JsonObject), variant: 'StoreMaintenance', payload: { maintenanceType, shardIndex: null } }),
  }
}

function isKept({ cron, variant, payload }: Decided, decided: Decided): boolean {
  return isDeepStrictEqual({ cron, variant, payload }, decided)
}

async function keepSchedule<Tx>(
  rows: ScheduleRows, { id, name, object }: SettingsSchedule, decided: Decided | null, port: SchedulePort<Tx>,
): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const [row] = await rows.get([id])
    if (decided === null) {
      if (row) await rows.remove(id)
      return
    }
    if (row && isKept(row, decided)) return
    const { timeZone } = row ?? NEW
    const nextSlot = port.nextSlot(decided.cron, timeZone, port.now())
    assert(nextSlot !== null, `${decided.cron} does not come in ${timeZone}`)
    // Somebody may have made a schedule of this name before.
    const reply = row ? await rows.update({ ...row, ...decided, nextSlot })
      : await rows.insert({ ...NEW, ...decided, id, nextSlot, name: round === 0 ? name : `${name} (${id})` })
    if (reply === 'written') return
  }
  throw new RotaError('store/conflict', `the schedule ${name} could not be kept in step with ${object}`)
}

const NEW = { timeZone: 'UTC', catchUp: 'last', pausedUntil: null } as const
