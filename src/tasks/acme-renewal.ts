/** AcmeRenewal: obtains the next certificate of one domain before the present one expires. Never given up. */
import { objectId } from '../base/fields.ts'
import { define } from './define.ts'

export default define.planned({
  name: 'AcmeRenewal',
  label: 'Renew a certificate',
  doc: 'Obtains a new TLS certificate for a domain by ACME.',
  duty: 'taskQueueProcessing',
  lane: 'acme',
  fields: {
    domainId: objectId('Domain', 'The domain whose certificate is renewed.', { update: 'immutable' }),
  },
  orderingKey: task => task.domainId,
  dedupeKey: task => task.domainId,
  perpetual: true,
  creatable: true,
  notBuilt: 'Obtaining certificates by ACME is not built yet.',
})
