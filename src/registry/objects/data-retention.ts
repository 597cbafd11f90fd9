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
    expungeSchedulingInboxAfter: [null, 30 * DAY_MS],
    expungeShareNotifyAfter: [null, 30 * DAY_MS],
    expungeSubmissionsAfter: [null, 3 * DAY_MS],
    expungeTrashAfter: [null, 30 * DAY_MS],
    holdMetricsFor: [null, 90 * DAY_MS],
    holdMtaReportsFor: [null, 30 * DAY_MS],
    holdTracesFor: [null, 30 * DAY_MS],
    maxChangesHistory: [null, 10_000],
  },
  sections: {
    DataRetention: [
      { title: 'Destroyed', fields: ['archiveDeletedItemsFor', 'archiveDeletedAccountsFor'] },
      { title: 'Records', fields: ['holdTaskRunsFor', 'holdAuditFor'] },
    ],
  },
  menu: { section: 'Settings', icon: 'archive', link: 'Data retention' },
})

/** As it is now, with its defaults where nothing was written. */
export async function retentionNow({ objects }: RegistryTx): Promise<Retention> {
  const [stored] = await objects.get(dataRetention.name, [SINGLETON_ID])
  return wholeBody(dataRetention, stored?.body ?? {}) as Retention
}
