/**
 * DataRetention: how long what is over is kept. Whoever removes something reads these settings at that moment: a change
 * counts at once, without a restart.
 */
import { nullable, number } from '../../base/fields.ts'
import type { Fields, Infer } from '../../base/fields.ts'
import { singleton } from '../schema/object.ts'

const DAY_MS = 86_400_000

const FIELDS = {
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
  sections: {
    DataRetention: [{ title: 'Records', fields: ['holdTaskRunsFor'] }],
  },
  menu: { section: 'Settings', icon: 'archive', link: 'Data retention' },
})
