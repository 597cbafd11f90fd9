/** SystemSettings: under which names the whole server is known to the outside. What is published in DNS is made of it. */
import { nullable, number, objectList, shape, string } from '../../base/fields.ts'
import { canonicalDomain } from '../../base/address.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { singleton } from '../schema/object.ts'
import type { Problems } from '../values/problems.ts'

const EXCHANGERS_MAX = 20
const HOST_CHARS_MAX = 253

const EXCHANGER = shape('MailExchanger', {
  hostname: nullable(string('Its name; empty: the name of the server.', { maxLength: HOST_CHARS_MAX, label: 'Host name' })),
  priority: number('The lowest is tried first.', 'unsignedInteger', { min: 1, max: 65_535, default: 10 }),
})

export const systemSettings = singleton({
  name: 'SystemSettings',
  label: 'Names of the server',
  plural: 'Names of the server',
  doc: 'The names under which this server is known to the outside; what is published in DNS is made of them.',
  fields: {
    defaultHostname: string('The name of the server, such as mail.example.org; empty: none, and nothing that needs it is published.', {
      minLength: 0, maxLength: HOST_CHARS_MAX, default: '', label: 'Host name',
    }),
    mailExchangers: objectList(EXCHANGER, 'The hosts that take mail for all domains.', {
      default: { 0: { priority: 10, hostname: null } }, maxItems: EXCHANGERS_MAX, label: 'Mail hosts',
    }),
  },
  neutral: {
    defaultCertificateId: [null],
    defaultDomainId: [null],
    maxConnections: [8_192],
    proxyTrustedNetworks: [{}],
    providerInfo: [{}],
    services: [Object.fromEntries(['caldav', 'carddav', 'imap', 'jmap', 'managesieve', 'pop3', 'smtp', 'webdav'].map(name => [name, { cleartext: false }]))],
    threadPoolSize: [null],
  },
  sections: { SystemSettings: [{ title: 'Names of the server', fields: ['defaultHostname', 'mailExchangers'] }] },
  menu: { section: 'Settings', icon: 'network', group: 'Network', link: 'Names of the server' },
  hooks: {
    check(next: JsonObject, _before, problems) {
      checkHost(next['defaultHostname'], ['defaultHostname'], problems)
      for (const [key, exchanger] of Object.entries(isJsonObject(next['mailExchangers']) ? next['mailExchangers'] : {})) {
        if (isJsonObject(exchanger)) checkHost(exchanger['hostname'], ['mailExchangers', { key }, 'hostname'], problems)
      }
    },
  },
})

/** In ASCII and lower case, by rising priority; none: nobody has said what the server is called. */
export function mailHosts(settings: JsonObject): { readonly hostname: string; readonly priority: number }[] {
  const own = String(settings['defaultHostname'])
  const all = Object.values(isJsonObject(settings['mailExchangers']) ? settings['mailExchangers'] : {}).filter(isJsonObject)
  return all
    .map(({ hostname, priority }) => ({ hostname: canonicalDomain(typeof hostname === 'string' ? hostname : own), priority: Number(priority) }))
    .flatMap(({ hostname, priority }) => hostname === null ? [] : [{ hostname, priority }])
    .toSorted((one, other) => one.priority - other.priority)
}

function checkHost(hostname: Json | undefined, path: Parameters<Problems['invalid']>[0], problems: Problems): void {
  if (typeof hostname !== 'string' || hostname === '') return
  if (canonicalDomain(hostname)?.includes('.') !== true) problems.invalid(path, hostname, 'must be a whole host name, such as mail.example.org.')
}
