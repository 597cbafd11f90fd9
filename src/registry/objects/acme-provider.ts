/**
 * AcmeProvider: a certificate authority that issues by ACME (RFC 8555), how names are proven to it, and our account there.
 * Domains name the provider that renews their certificates; services/acme does the work.
 *
 * The key of the account is made with the object. Where the authority keeps the account is known when the first
 * certificate has been asked for: that is in a key of its own, because the object is the administrator's.
 */
import { X509Certificate } from 'node:crypto'
import { boolean, enumType, nullable, number, oneOf, set, string } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { KEYS } from '../key-families.ts'
import type { RegistryTx } from '../ports.ts'
import { object } from '../schema/object.ts'
import type { ObjectDefinition } from '../schema/object.ts'
import type { Problems } from '../values/problems.ts'

export const ACME_PROVIDER = 'AcmeProvider'
const CONTACTS_MAX = 10
const RETRIES_MAX = 1_000

export const ACME_CHALLENGE_TYPE = enumType('AcmeChallengeType', [
  { name: 'TlsAlpn01', label: 'By a handshake on port 443', explanation: 'A listener with TLS from the start must be reached there.' },
  { name: 'Dns01', label: 'By a record in DNS', explanation: 'The DNS of the domain must be managed here. The only way to names with a star.' },
  { name: 'Http01', label: 'By a page on port 80', explanation: 'A listener for HTTP must be reached there.' },
])
export type AcmeChallengeType = NonNullable<(typeof ACME_CHALLENGE_TYPE)['_names']>

export const ACME_RENEW_BEFORE = enumType('AcmeRenewBefore', [
  { name: 'R12', label: 'After half of its life' },
  { name: 'R23', label: 'After two thirds of its life' },
  { name: 'R34', label: 'After three quarters of its life' },
  { name: 'R45', label: 'After four fifths of its life' },
])
export type AcmeRenewBefore = NonNullable<(typeof ACME_RENEW_BEFORE)['_names']>

/** `newKey`: makes the key of an account, in PEM. */
export function acmeProviderObject<Tx extends RegistryTx>(newKey: () => string): ObjectDefinition<JsonObject, Tx> {
  return object<Tx>({
    name: ACME_PROVIDER,
    label: 'Certificate authority',
    plural: 'Certificate authorities',
    doc: 'An authority that issues certificates by ACME, for domains whose certificates renew themselves.',
    shape: { kind: 'single', name: ACME_PROVIDER, fields: FIELDS, neutral: { memberTenantId: [null] } },
    labelProperty: 'directory',
    columns: ['directory', 'challengeType', 'contact'],
    sections: [
      { title: 'Certificate authority', fields: ['directory', 'trustedCertificate', 'challengeType', 'contact', 'accountUri', 'accountKey'] },
      { title: 'Known to it before', fields: ['eabKeyId', 'eabHmacKey'] },
      { title: 'Certificates', fields: ['renewBefore', 'preferredChain', 'reuseKey', 'maxRetries'] },
    ],
    menu: { section: 'Settings', icon: 'network', group: 'Network', link: 'Certificate authorities' },
    hooks: {
      check,
      // Hooks may run twice for one creation; a key that nobody has registered is nothing lost.
      prepare: (_id, next, before) => Promise.resolve({ body: before === null ? { ...next, accountKey: newKey() } : next }),
      async settle({ keys }, id, next) {
        if (next === null) await keys.remove(acmeAccountKey(id))
      },
      computed: {
        accountUri: ({ keys }, all) => Promise.all(all.map(async ({ id }) => {
          const account = await keys.get(acmeAccountKey(id))
          return typeof account?.['url'] === 'string' ? account['url'] : ''
        })),
      },
    },
  })
}

/** Key of the row that says where the authority keeps the account, in `url`, and which `contact` it was told. */
export function acmeAccountKey(providerId: Id): string {
  return KEYS.acmeAccount.prefix + providerId
}

const FIELDS = {
  directory: string('Its address.', {
    format: 'uri', update: 'immutable', default: 'https://acme-v02.api.letsencrypt.org/directory', maxLength: 1_000,
  }),
  trustedCertificate: nullable(string('In PEM, whom to trust for connections to it; empty: the authorities that everybody trusts.', {
    format: 'text', label: 'Trusted certificate',
  })),
  challengeType: oneOf(ACME_CHALLENGE_TYPE, 'How it is shown that a name is served here.', { default: 'TlsAlpn01', label: 'Proof' }),
  contact: set({ type: 'string', format: 'emailAddress' }, 'Whom it may write to. Naming somebody agrees to its terms.', { minItems: 1, maxItems: CONTACTS_MAX }),
  accountUri: string('Our account there; empty: nothing was asked for yet.', { format: 'uri', update: 'serverSet', label: 'Account' }),
  accountKey: string('The key of the account, made here.', { format: 'secret', update: 'serverSet', label: 'Key of the account' }),
  eabKeyId: nullable(string('The id of a key that it has given, where accounts must be bound to one.', { update: 'immutable', maxLength: 500, label: 'Key id' })),
  eabHmacKey: nullable(string('That key, in base64url.', { format: 'secret', update: 'immutable', label: 'Key' })),
  renewBefore: oneOf(ACME_RENEW_BEFORE, 'When a certificate is renewed, where the authority does not say it itself.', { default: 'R23', label: 'Renewal' }),
  preferredChain: nullable(string('Part of the name of the root that its chain is to lead to, where there is a choice.', { maxLength: 200 })),
  reuseKey: boolean('Keep the private key when a certificate is renewed.', { label: 'Keep keys' }),
  maxRetries: number('Attempts in a row before it waits for hours.', 'integer', { min: 0, max: RETRIES_MAX, default: 10, label: 'Retries' }),
}

function check(next: JsonObject, _before: JsonObject | null, problems: Problems): void {
  const { directory, trustedCertificate, eabKeyId, eabHmacKey } = next
  if (URL.parse(String(directory))?.protocol !== 'https:') problems.invalid(['directory'], String(directory), 'must begin with https://.')
  if (typeof trustedCertificate === 'string' && !isCertificate(trustedCertificate)) {
    problems.invalid(['trustedCertificate'], null, 'must be a certificate in PEM (-----BEGIN CERTIFICATE-----).')
  }
  if ((typeof eabKeyId === 'string') !== (typeof eabHmacKey === 'string')) {
    const missing = typeof eabKeyId !== 'string' ? 'eabKeyId' : 'eabHmacKey'
    problems.invalid([missing], null, 'belongs to the other one; send both, or none.')
  }
  if (typeof eabHmacKey === 'string' && !/^[\w-]+={0,2}$/.test(eabHmacKey)) problems.invalidSecret(['eabHmacKey'], 'must be base64url, as the authority has given it.')
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).raw.length > 0
  } catch {
    return false
  }
}
