/**
 * DnsManagement: brings the published DNS records of one domain up to date. No dedupe key: two tasks may ask for
 * different records, and the one that is taken in would lose its own.
 */
import { boolean, enumType, objectId, set } from '../base/fields.ts'
import { define } from './define.ts'

const DNS_RECORD_TYPE = enumType('DnsRecordType', [
  { name: 'dkim', label: 'DKIM keys' },
  { name: 'tlsa', label: 'TLSA' },
  { name: 'spf', label: 'SPF' },
  { name: 'mx', label: 'MX' },
  { name: 'dmarc', label: 'DMARC' },
  { name: 'srv', label: 'SRV' },
  { name: 'mtaSts', label: 'MTA-STS' },
  { name: 'tlsRpt', label: 'TLS reporting' },
  { name: 'caa', label: 'CAA' },
  { name: 'autoConfig', label: 'Autoconfig' },
  { name: 'autoConfigLegacy', label: 'Autoconfig, older form' },
  { name: 'autoDiscover', label: 'Autodiscover' },
])

export default define.planned({
  name: 'DnsManagement',
  label: 'Update DNS records',
  doc: 'Publishes the DNS records of a domain.',
  duty: 'taskQueueProcessing',
  lane: 'domain',
  fields: {
    domainId: objectId('Domain', 'The domain whose records are published.', { update: 'immutable' }),
    updateRecords: set({ type: 'enum', enum: DNS_RECORD_TYPE }, 'The kinds of records to publish.'),
    onSuccessRenewCertificate: boolean('Renew the certificate of the domain afterwards.'),
  },
  orderingKey: task => task.domainId,
  creatable: true,
  notBuilt: 'Publishing DNS records is not built yet.',
})
