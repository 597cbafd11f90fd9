/** SpamFilterMaintenance: trains, resets or updates the spam filter. One key: never two of them at a time in the cluster. */
import { enumType, oneOf } from '../base/fields.ts'
import { define } from './define.ts'

const MAINTENANCE_TYPE = enumType('TaskSpamFilterMaintenanceType', [
  { name: 'train', label: 'Train with the newest samples' },
  { name: 'retrain', label: 'Train anew with all samples' },
  { name: 'abort', label: 'Stop a running training' },
  { name: 'reset', label: 'Forget what was learnt' },
  { name: 'updateRules', label: 'Fetch new rules' },
])

export default define.planned({
  name: 'SpamFilterMaintenance',
  label: 'Spam filter maintenance',
  doc: 'Trains, resets or updates the spam filter.',
  duty: 'spamClassifierTraining',
  lane: 'spam',
  fields: {
    maintenanceType: oneOf(MAINTENANCE_TYPE, 'What to do.', { update: 'immutable' }),
  },
  orderingKey: () => 'spam-filter',
  dedupeKey: task => task.maintenanceType,
  creatable: true,
  notBuilt: 'Rota has no spam filter yet.',
})
