/** What is kept for how long: in which groups people look for it, what is doubtful, and what a change takes away. */
import type { Json, JsonObject } from '../../../../src/base/json.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** `atOnce`, `forEver`: what an empty value means. `doubtBelow`: shorter is seldom meant; ms, or a count for the changes. */
export interface Kept { readonly field: KeptField; readonly empty: 'atOnce' | 'forEver'; readonly doubtBelow: number; readonly counts?: true }
export type KeptField =
  | 'archiveDeletedItemsFor' | 'archiveDeletedAccountsFor' | 'expungeTrashAfter' | 'expungeSubmissionsAfter' | 'expungeSchedulingInboxAfter'
  | 'expungeShareNotifyAfter' | 'holdTaskRunsFor' | 'holdAuditFor' | 'holdTracesFor' | 'holdMetricsFor' | 'maxChangesHistory'
export type GroupName = 'deleted' | 'expunged' | 'records'

export const GROUPS: Readonly<Record<GroupName, readonly Kept[]>> = {
  deleted: [
    { field: 'archiveDeletedItemsFor', empty: 'atOnce', doubtBelow: DAY_MS },
    { field: 'archiveDeletedAccountsFor', empty: 'atOnce', doubtBelow: DAY_MS },
  ],
  expunged: [
    { field: 'expungeTrashAfter', empty: 'forEver', doubtBelow: 7 * DAY_MS },
    { field: 'expungeSubmissionsAfter', empty: 'forEver', doubtBelow: HOUR_MS },
    { field: 'expungeSchedulingInboxAfter', empty: 'forEver', doubtBelow: DAY_MS },
    { field: 'expungeShareNotifyAfter', empty: 'forEver', doubtBelow: DAY_MS },
  ],
  records: [
    { field: 'holdTaskRunsFor', empty: 'forEver', doubtBelow: DAY_MS },
    { field: 'holdAuditFor', empty: 'forEver', doubtBelow: 90 * DAY_MS },
    { field: 'holdTracesFor', empty: 'forEver', doubtBelow: 2 * DAY_MS },
    { field: 'holdMetricsFor', empty: 'forEver', doubtBelow: 2 * DAY_MS },
    { field: 'maxChangesHistory', empty: 'forEver', doubtBelow: 100, counts: true },
  ],
}
export const GROUP_NAMES = ['deleted', 'expunged', 'records'] as const
export const TIMES = ['expungeSchedule', 'dataCleanupSchedule', 'blobCleanupSchedule', 'metricsCollectionInterval'] as const
export type TimeField = (typeof TIMES)[number]
/** The schedule that the server makes of a time. */
export const SCHEDULE_IDS: Readonly<Partial<Record<TimeField, string>>> = {
  expungeSchedule: '0000000000001', dataCleanupSchedule: '0000000000002', blobCleanupSchedule: '0000000000003',
}

const ALL: readonly Kept[] = GROUP_NAMES.flatMap(name => GROUPS[name])

export function isDoubtful({ doubtBelow, empty }: Kept, value: Json | undefined): boolean {
  return typeof value === 'number' ? value < doubtBelow : empty === 'atOnce' && value === null
}

/** Of which less will be kept than before: with the next run that is gone for good. */
export function shortened(stored: JsonObject, value: JsonObject): readonly Kept[] {
  return ALL.filter(({ field, empty }) => lengthOf(value[field], empty) < lengthOf(stored[field], empty))
}

function lengthOf(value: Json | undefined, empty: Kept['empty']): number {
  if (typeof value === 'number') return value
  return empty === 'atOnce' ? 0 : Infinity
}
