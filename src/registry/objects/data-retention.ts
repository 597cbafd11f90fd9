/**
 * DataRetention: how long what is over is kept. Whoever removes something reads these settings at that moment: a change
 * counts at once, without a restart.
 */
import { embedded, nullable, number } from '../../base/fields.ts'
import type { Field, Fields, Infer } from '../../base/fields.ts'
import type { JsonObject } from '../../base/json.ts'
import { wholeBody } from '../ops/present.ts'
import type { RegistryTx } from '../ports.ts'
import { SINGLETON_ID, singleton } from '../schema/object.ts'
import type { ObjectDefinition } from '../schema/object.ts'
import type { Problems } from '../values/problems.ts'
import { CRON } from './cron.ts'
import type { SchedulePort } from './schedule-rows.ts'
import { keepSchedulesOf } from './settings-schedules.ts'

const DAY_MS = 86_400_000
/** Whoever sends seconds for milliseconds would lose what he means to keep, at the next purge. */
const KEPT_MS_MIN = 60_000

const FIELDS = {
  archiveDeletedItemsFor: nullable(
    number('A destroyed message can be restored for this long; empty: it is gone at once.', 'duration', {
      label: 'Keep destroyed messages for',
    }),
  ),
  archiveDeletedAccountsFor: nullable(
    number('A destroyed account can be recovered for this long, then its data goes; empty: it goes at once.', 'duration', {
      label: 'Keep destroyed accounts for',
    }),
  ),
  expungeTrashAfter: nullable(
    number('A message that has been in Trash or Junk for this long is destroyed; empty: it stays.', 'duration', {
      default: 30 * DAY_MS,
      label: 'Keep mail in Trash and Junk for',
    }),
  ),
  expungeSubmissionsAfter: nullable(
    number('What was sent is listed among the submissions for this long; empty: for ever.', 'duration', {
      default: 3 * DAY_MS,
      label: 'Keep finished submissions for',
    }),
  ),
  expungeShareNotifyAfter: nullable(
    number('A notice that something was shared is kept for this long; empty: for ever.', 'duration', {
      default: 30 * DAY_MS,
      label: 'Keep share notices for',
    }),
  ),
  expungeSchedulingInboxAfter: nullable(
    number('A scheduling message that was put into a calendar inbox is kept there for this long; empty: for ever.', 'duration', {
      default: 30 * DAY_MS,
      label: 'Keep scheduling messages for',
    }),
  ),
  maxChangesHistory: nullable(
    number('So many of its newest changes are remembered for each kind of data of an account; empty: all.', 'unsignedInteger', {
      default: 10_000,
      label: 'Changes that are remembered',
    }),
  ),
  holdAuditFor: nullable(
    number('How long the audit log is kept; empty: for ever.', 'duration', {
      default: 365 * DAY_MS,
      label: 'Keep the audit log for',
    }),
  ),
  holdTaskRunsFor: nullable(
    number('How long the history of tasks is kept; empty: for ever.', 'duration', {
      default: 30 * DAY_MS,
      label: 'Keep the history of tasks for',
    }),
  ),
  holdTracesFor: nullable(
    number('How long it is known what happened to received mail; empty: for ever.', 'duration', {
      default: 30 * DAY_MS,
      label: 'Keep traces for',
    }),
  ),
  holdMetricsFor: nullable(
    number('How long metrics are kept; empty: for ever.', 'duration', { default: 90 * DAY_MS, label: 'Keep metrics for' }),
  ),
  metricsCollectionInterval: embedded(CRON, 'When metrics are measured, once for the whole cluster.', {
    default: { '@type': 'Hourly', minute: 0 },
    label: 'Measure metrics',
  }),
  expungeSchedule: embedded(CRON, 'When what is over in the accounts is removed.', {
    default: { '@type': 'Daily', hour: 0, minute: 0 },
    label: 'Purge accounts',
  }),
  dataCleanupSchedule: embedded(CRON, 'When expired rows and old records are removed.', {
    default: { '@type': 'Daily', hour: 2, minute: 0 },
    label: 'Clean up data',
  }),
  blobCleanupSchedule: embedded(CRON, 'When contents that nothing links any more are removed.', {
    default: { '@type': 'Daily', hour: 4, minute: 0 },
    label: 'Clean up blobs',
  }),
} satisfies Fields

/** Durations in ms. */
export type Retention = Infer<typeof FIELDS>
/** A field that says how long something is kept. */
export type KeptFor = { [Name in keyof Retention]: Retention[Name] extends number | null ? Name : never }[keyof Retention]

const DECLARED = {
  name: 'DataRetention',
  label: 'Data retention',
  doc: 'How long what is over is kept before it is removed.',
  fields: FIELDS,
  // Nothing of these is kept here, or nothing of it is removed: with null it says so, and what clients send that were
  // told nothing of it asks for no more.
  neutral: {
    holdMtaReportsFor: [null, 30 * DAY_MS],
  },
  sections: {
    DataRetention: [
      { title: 'Destroyed', fields: ['archiveDeletedItemsFor', 'archiveDeletedAccountsFor'] },
      { title: 'Expunged', fields: ['expungeTrashAfter', 'expungeSubmissionsAfter', 'expungeSchedulingInboxAfter', 'expungeShareNotifyAfter'] },
      { title: 'Records', fields: ['maxChangesHistory', 'holdTaskRunsFor', 'holdAuditFor', 'holdTracesFor', 'holdMetricsFor'] },
      { title: 'Times', fields: ['expungeSchedule', 'dataCleanupSchedule', 'blobCleanupSchedule', 'metricsCollectionInterval'] },
    ],
  },
  menu: { section: 'Settings', icon: 'archive', link: 'Data retention' },
  hooks: { check: refuseInstants },
} as const

/** For whoever reads it. */
export const dataRetention = singleton(DECLARED)

/** The same as clients write it, with what follows from that. */
export function dataRetentionObject<Tx>(port: SchedulePort<Tx>): ObjectDefinition<Retention, Tx> {
  return singleton<typeof FIELDS, Tx>({
    ...DECLARED,
    hooks: { check: refuseInstants, settle: async (tx, _id, next) => { if (next !== null) await keepSchedulesOf(tx, 'DataRetention', wholeBody(dataRetention, next), port) } },
  })
}

function refuseInstants(next: JsonObject, before: JsonObject | null, problems: Problems): void {
  for (const [name, { type }] of Object.entries<Field>(FIELDS)) {
    const value = next[name]
    if (type.type !== 'number' || type.format !== 'duration' || typeof value !== 'number' || value >= KEPT_MS_MIN || value === before?.[name]) continue
    problems.invalid([name], value, `is ${value} ms, and what is older would go at the next purge; the shortest time is a minute (60000). Numbers are milliseconds; "30d" and "12h" are taken too.`)
  }
}

/** As it is now, with its defaults where nothing was written. */
export async function retentionNow({ objects }: RegistryTx): Promise<Retention> {
  const [stored] = await objects.get(dataRetention.name, [SINGLETON_ID])
  return wholeBody(dataRetention, stored?.body ?? {}) as Retention
}
