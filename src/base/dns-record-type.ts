/** The kinds of DNS records that a domain may have for its mail: settings of domains and tasks name the same ones. */
import { enumType } from './fields.ts'

export const DNS_RECORD_TYPE = enumType('DnsRecordType', [
  { name: 'dkim', label: 'DKIM keys' },
  { name: 'tlsa', label: 'TLSA', explanation: 'The keys of the certificates of the mail hosts that lie in the zone (DANE).' },
  { name: 'spf', label: 'SPF', explanation: 'Where there is none yet.' },
  { name: 'mx', label: 'MX' },
  { name: 'dmarc', label: 'DMARC', explanation: 'Where there is none yet: no demands, reports to the report address.' },
  { name: 'srv', label: 'SRV', explanation: 'Where JMAP is served with TLS.' },
  { name: 'mtaSts', label: 'MTA-STS', explanation: 'Not published yet: this server serves no policy.' },
  { name: 'tlsRpt', label: 'TLS reporting', explanation: 'Where there is none yet.' },
  { name: 'caa', label: 'CAA', explanation: 'Not published yet: who may issue certificates for the domain is said by hand.' },
  { name: 'autoConfig', label: 'Autoconfig', explanation: 'Not published yet: this server serves no such file.' },
  { name: 'autoConfigLegacy', label: 'Autoconfig, older form', explanation: 'Not published yet: this server serves no such file.' },
  { name: 'autoDiscover', label: 'Autodiscover', explanation: 'Not published yet: this server serves no such file.' },
])
export type DnsRecordType = NonNullable<(typeof DNS_RECORD_TYPE)['_names']>

/** Those that this version publishes. */
export const PUBLISHED = ['dkim', 'tlsa', 'spf', 'mx', 'dmarc', 'srv', 'tlsRpt'] as const satisfies readonly DnsRecordType[]
