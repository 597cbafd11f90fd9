/** DkimManagement: moves the signing keys of one domain through their life: new, active, retiring, gone. Never given up. */
import { objectId } from '../base/fields.ts'
import { define } from './define.ts'

export default define.planned({
  name: 'DkimManagement',
  label: 'Rotate DKIM keys',
  doc: 'Rotates the DKIM keys of a domain.',
  duty: 'taskQueueProcessing',
  lane: 'domain',
  fields: {
    domainId: objectId('Domain', 'The domain whose keys are rotated.', { update: 'immutable' }),
  },
  orderingKey: task => task.domainId,
  dedupeKey: task => task.domainId,
  perpetual: true,
  creatable: true,
  notBuilt: 'Rotating DKIM keys is not built yet.',
})
