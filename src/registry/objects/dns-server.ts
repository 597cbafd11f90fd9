/**
 * DnsServer: a name server that takes signed changes of records (RFC 2136, RFC 8945), and how patiently it is dealt with. Which zones it
 * has is said by the domains that name it. services/dns talks to it.
 *
 * | who | may |
 * |---|---|
 * | administrators | write: the server connects to the address, and a file name is read with its rights |
 * | who sees settings | see all of it but the secret, which is `****` |
 */
import { embedded, enumType, nullable, number, oneOf, shape, string, variants } from '../../base/fields.ts'
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { object } from '../schema/object.ts'
import { checkPlaces, SECRET_KEY } from './secret-source.ts'

const PROTOCOL = enumType('IpProtocol', [{ name: 'udp', label: 'UDP, and TCP for what is long' }, { name: 'tcp', label: 'TCP' }])
const ALGORITHM = enumType('TsigAlgorithm', [
  { name: 'hmac-sha256', label: 'HMAC-SHA-256' },
  { name: 'hmac-sha384', label: 'HMAC-SHA-384' },
  { name: 'hmac-sha512', label: 'HMAC-SHA-512' },
])
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** Less than that is guessed. */
export const TSIG_SECRET_BYTES_MIN = 16

const TSIG = shape('DnsServerTsig', {
  description: string('For people.', { maxLength: 200 }),
  host: string('Its address.', { format: 'ipAddress', label: 'IP address' }),
  port: number('Its port.', 'unsignedInteger', { min: 1, max: 65_535, default: 53 }),
  protocol: oneOf(PROTOCOL, 'How it is reached.', { default: 'udp' }),
  tsigAlgorithm: oneOf(ALGORITHM, 'How messages are signed.', { default: 'hmac-sha512', label: 'Algorithm' }),
  keyName: string('The name of the key, as the server has it.', { maxLength: 253, label: 'Name of the key' }),
  key: embedded(SECRET_KEY, 'The secret of the key, in base64, as tsig-keygen prints it.'),
  timeout: number('How long one question or change may take.', 'duration', { min: 1_000, max: MINUTE_MS, default: 30_000, label: 'Time limit' }),
  ttl: number('How long others may remember the records that are put there.', 'duration', { min: 1_000, max: 7 * DAY_MS, default: 300_000, label: 'Time to live' }),
  pollingInterval: number('How often the name servers of a zone are asked whether a new key or proof has come to them.', 'duration', {
    min: 1_000, max: DAY_MS, default: 15_000,
  }),
  propagationTimeout: number('When a new key or proof has not come to all name servers of the zone by then, that counts as a failure, and is tried again later.', 'duration', {
    min: 1_000, max: 7 * DAY_MS, default: 60_000, label: 'Time limit of the spreading',
  }),
  propagationDelay: nullable(number('Wait this long for a new key or proof to spread, and ask nobody; empty: ask the name servers of the zone.', 'duration', {
    min: 0, max: 7 * DAY_MS, label: 'Fixed wait for the spreading',
  })),
}, { memberTenantId: [null] })

const NAME = /^(?=.{1,253}\.?$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?$/i
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

export const dnsServer = object({
  name: 'DnsServer',
  label: 'DNS server',
  doc: 'A name server that takes signed changes of records, for the domains whose DNS is managed here.',
  shape: variants('DnsServer', [{ name: 'Tsig', label: 'Dynamic updates with a shared key', shape: TSIG }]),
  labelProperty: 'description',
  columns: ['description', 'host', 'keyName'],
  sections: {
    DnsServerTsig: [
      { title: 'DNS server', fields: ['description', 'host', 'port', 'protocol'] },
      { title: 'Key', fields: ['tsigAlgorithm', 'keyName', 'key'] },
      { title: 'Times', fields: ['timeout', 'ttl', 'pollingInterval', 'propagationTimeout', 'propagationDelay'] },
    ],
  },
  menu: { section: 'Settings', icon: 'network', group: 'Network', link: 'DNS servers' },
  hooks: {
    check(next: JsonObject, before, problems) {
      checkPlaces(next, ['key'], problems)
      const keyName = String(next['keyName'])
      if (!NAME.test(keyName)) problems.invalid(['keyName'], keyName, 'must be a name such as rota.example.org.')
      const secret = isJsonObject(next['key']) && next['key']['@type'] === 'Value' ? String(next['key']['secret']) : null
      const was = before !== null && isJsonObject(before['key']) ? before['key']['secret'] : undefined
      if (secret === null || secret === was) return
      if (!BASE64.test(secret)) problems.invalidSecret(['key', 'secret'], 'must be base64, as tsig-keygen prints it after "secret".')
      else if (Buffer.from(secret, 'base64').length < TSIG_SECRET_BYTES_MIN) problems.invalidSecret(['key', 'secret'], `must be at least ${TSIG_SECRET_BYTES_MIN} bytes; make one with tsig-keygen.`)
    },
  },
})
