/**
 * Domain: a mail domain that is served here. Its names are kept in ASCII and lower case. A domain that is still in use
 * keeps its name, because the addresses of its accounts are made of it.
 */
import { domainToUnicode } from 'node:url'
import type { Fields, Infer } from '../../base/fields.ts'
import { boolean, embedded, nullable, objectId, set, string, utcDateTime, variants } from '../../base/fields.ts'
import { canonicalDomain } from '../../base/address.ts'
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import type { IndexEntry, RegistryTx } from '../ports.ts'
import { object } from '../schema/object.ts'
import type { ObjectDefinition } from '../schema/object.ts'
import { SetFailure } from '../set-error.ts'
import { formatDate } from '../values/date.ts'
import { Problems } from '../values/problems.ts'
import { wordEntries } from '../values/words.ts'
import { CERTIFICATE_MANAGEMENT, checkCertificateNames, settleCertificate, withCanonicalNames } from './certificate-management.ts'
import { removeDkimKeysOf } from './dkim-signature.ts'
import { checkManagement, DOMAIN_MANAGEMENT, settleManagement } from './domain-work.ts'
import type { DomainWork } from './domain-work.ts'
import { settleDomain } from './tenancy.ts'

const USERS_SHOWN_MAX = 10

const FIELDS = {
  name: string('The domain, such as example.org.', { index: 'unique', maxLength: 253 }),
  aliases: set(
    { type: 'string', format: 'string', maxLength: 253 },
    'Further domains whose addresses are the same as those of this one.',
    { maxItems: 100 },
  ),
  isEnabled: boolean('Take mail for it and let its accounts log in.', { default: true, label: 'Enabled' }),
  catchAllAddress: nullable(
    string('Gets what is sent to addresses that nobody has.', {
      format: 'emailAddress',
      label: 'Catch-all address',
    }),
  ),
  subAddressing: embedded(
    variants('SubAddressing', [
      { name: 'Enabled', label: 'jane+anything reaches jane' },
      { name: 'Disabled', label: 'Only the exact address' },
    ]),
    'Whether a tag after + is looked over.',
    { label: 'Subaddressing' },
  ),
  memberTenantId: nullable(objectId('Tenant', 'The tenant that it belongs to, with all accounts that have addresses in it.', {
    index: 'filter',
    label: 'Tenant',
  })),
  ...DOMAIN_MANAGEMENT,
  certificateManagement: CERTIFICATE_MANAGEMENT,
  description: nullable(string('For people.')),
  createdAt: utcDateTime('When it was created.', { update: 'serverSet', label: 'Created' }),
} satisfies Fields

/** `work`: queues what a change makes necessary. */
export function domainObject<Tx extends RegistryTx>(work: DomainWork<Tx>): ObjectDefinition<Infer<typeof FIELDS>, Tx> {
  return object<typeof FIELDS, Tx>({
    name: 'Domain',
    label: 'Domain',
    doc: 'A mail domain whose addresses are served here.',
    fields: FIELDS,
    neutral: {
      allowRelaying: [false],
      directoryId: [null],
      dnsZoneFile: [null, ''],
      logo: [null],
    },
    labelProperty: 'name',
    columns: ['name', 'isEnabled', 'description', 'createdAt'],
    filters: {
      text: { type: { type: 'string', format: 'string' }, label: 'Words of names or description', words: true },
      name: {
        type: { type: 'string', format: 'string' },
        label: 'Name',
        canonical: text => canonicalDomain(text) ?? text,
      },
      memberTenantId: { type: { type: 'objectId', objectName: 'Tenant' }, label: 'Tenant' },
    },
    keyProperties: { domain: 'name', alias: 'aliases' },
    sections: {
      Domain: [
        { title: 'Domain', fields: ['name', 'aliases', 'isEnabled', 'memberTenantId', 'description', 'createdAt'] },
        { title: 'Delivery', fields: ['catchAllAddress', 'subAddressing'] },
        { title: 'DNS', fields: ['dnsManagement', 'reportAddressUri'] },
        { title: 'DKIM', fields: ['dkimManagement'] },
        { title: 'Certificate', fields: ['certificateManagement'] },
      ],
    },
    menu: { section: 'Management', icon: 'book-user', group: 'Directory', link: 'Domains' },
    hooks: {
      check: (next, _before, problems) => { checkManagement(next, problems) },
      prepare: async (_id, next, _before, { now }) => ({ body: canonical({ createdAt: formatDate(now), ...next }) }),
      derive: async (_tx, _id, next) => ({ body: next, index: nameEntries(next) }),
      entries: body => {
        const names = namesOf(body)
        return wordEntries([...names, ...names.map(name => domainToUnicode(name)), body['description']])
      },
      guard: (tx, { id }) => removeDkimKeysOf(tx, id),
      async settle(tx, id, next, before) {
        if (next !== null && before !== null && before['name'] !== next['name']) await refuseRename(tx, id)
        await settleDomain(tx, id, next, before)
        await settleManagement(tx, id, next, before, work)
        await settleCertificate(tx, id, next, before, work)
      },
    },
  })
}

/** Names in canonical form, or what is wrong with them. */
function canonical(body: JsonObject): JsonObject {
  const problems = new Problems()
  const read = (text: string, path: readonly (string | { key: string })[]): string => {
    const name = canonicalDomain(text)
    if (name === null) problems.invalid(path, text, 'must be a domain name, such as example.org.')
    return name ?? text
  }
  const name = read(String(body['name']), ['name'])
  const aliases = Object.keys(body['aliases'] ?? {}).map(alias => read(alias, ['aliases', { key: alias }]))
  if (aliases.includes(name)) {
    problems.invalid(['aliases'], name, 'holds the name of the domain itself; leave it out.')
  }
  const domain = withCanonicalNames({ ...body, name, aliases: Object.fromEntries(aliases.map(alias => [alias, true])) })
  checkCertificateNames(domain, problems)
  problems.refuse()
  return domain
}

/** `domain` is unique over names and aliases of all domains: an alias must not be another domain's name. */
function nameEntries(body: JsonObject): IndexEntry[] {
  const [name, ...aliases] = namesOf(body)
  return [
    ...[name ?? '', ...aliases].map(value => ({ field: 'domain', value, unique: true })),
    ...aliases.map(value => ({ field: 'alias', value, unique: true })),
  ]
}

/** Its own first. */
function namesOf(body: JsonObject): string[] {
  return [String(body['name']), ...Object.keys(isJsonObject(body['aliases']) ? body['aliases'] : {})]
}

async function refuseRename(tx: RegistryTx, id: string): Promise<void> {
  const linkedObjects = await tx.objects.linksTo({ object: 'Domain', id }, USERS_SHOWN_MAX)
  if (linkedObjects.length === 0) return
  throw new SetFailure({
    type: 'objectIsLinked',
    description:
      'The name cannot be changed while accounts have addresses in the domain, or keys sign for it; add the new name as an alias instead.',
    properties: ['name'],
    objectId: { object: 'Domain', id },
    linkedObjects,
  })
}
