/**
 * DataRetention: how long what is over is kept. Whoever removes something reads these settings at that moment: a change
 * counts at once, without a restart.
 */
import { nullable, number } from '../../base/fields.ts'
import type { Fields, Infer } from '../../base/fields.ts'
import { wholeBody } from '../ops/present.ts'
import type { RegistryTx } from '../ports.ts'
import { SINGLETON_ID, singleton } from '../schema/object.ts'

const DAY_MS = 86_400_000

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
} satisfies Fields

/** In ms. */
export type Retention = Infer<typeof FIELDS>

export const dataRetention = singleton({
  name: 'DataRetention',
  label: 'Data retention',
  doc: 'How long what is over is kept before it is removed.',
  fields: FIELDS,
  // Nothing of these is kept here, or nothing of it is removed: with null it says so, and what clients send that were
  // told nothing of it asks for no more.
  neutral: {
    blobCleanupSchedule: [{ '@type': 'Daily', hour: 4, minute: 0 }],
    dataCleanupSchedule: [{ '@type': 'Daily', hour: 2, minute: 0 }],
    expungeSchedule: [{ '@type': 'Daily', hour: 0, minute: 0 }],
    metricsCollectionInterval: [{ '@type': 'Hourly', minute: 0 }],
    holdMetricsFor: [null, 90 * DAY_MS],
    holdMtaReportsFor: [null, 30 * DAY_MS],
    holdTracesFor: [null, 30 * DAY_MS],
  },
  sections: {
    DataRetention: [
      { title: 'Destroyed', fields: ['archiveDeletedItemsFor', 'archiveDeletedAccountsFor'] },
      { title: 'Expunged', fields: ['expungeTrashAfter', 'expungeSubmissionsAfter', 'expungeSchedulingInboxAfter', 'expungeShareNotifyAfter'] },
      { title: 'Records', fields: ['maxChangesHistory', 'holdTaskRunsFor', 'holdAuditFor'] },
    ],
  },
  menu: { section: 'Settings', icon: 'archive', link: 'Data retention' },
})

/** As it is now, with its defaults where nothing was written. */
export async function retentionNow({ objects }: RegistryTx): Promise<Retention> {
  const [stored] = await objects.get(dataRetention.name, [SINGLETON_ID])
  return wholeBody(dataRetention, stored?.body ?? {}) as Retention
}
