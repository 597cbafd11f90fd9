/**
 * Who looks after the certificate of a domain: an administrator, or this server. For a domain that is renewed here an
 * AcmeRenewal task always waits; it is queued in the transaction that makes it necessary.
 *
 * | change of the domain | what happens |
 * |---|---|
 * | renewed here from now on, or by another authority, or for other names | AcmeRenewal is queued, due now |
 * | by hand from now on, or destroyed | the open order is forgotten; the task that waits finds nothing to do |
 */
import { isDeepStrictEqual } from 'node:util'
import { canonicalDomain } from '../../base/address.ts'
import { embedded, objectId, set, setMembers, shape, variants } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import { KEYS } from '../key-families.ts'
import type { RegistryTx } from '../ports.ts'
import type { Problems } from '../values/problems.ts'
import { automatic } from './domain-work.ts'
import type { DomainWork } from './domain-work.ts'

/** Authorities issue for a hundred. */
const NAMES_MAX = 100
const NAME_CHARS_MAX = 253

export const CERTIFICATE_MANAGEMENT = embedded(
  variants('CertificateManagement', [
    { name: 'Manual', label: 'By hand' },
    {
      name: 'Automatic',
      label: 'Renewed here',
      shape: shape('CertificateManagementProperties', {
        acmeProviderId: objectId('AcmeProvider', 'The authority that issues the certificate.', { label: 'Certificate authority' }),
        subjectAlternativeNames: set(
          { type: 'string', format: 'string', maxLength: NAME_CHARS_MAX },
          'The hosts that it is for, in the domain or its aliases, such as mail.example.org; none: the domain itself.',
          { maxItems: NAMES_MAX, label: 'Names' },
        ),
      }),
    },
  ]),
  'Who looks after its certificate.',
  { label: 'Certificate' },
)

/** The names of the certificate of a domain, in order; none when it is looked after by hand. */
export function certificateNames(domain: JsonObject): string[] {
  const management = automatic(domain['certificateManagement'])
  if (management === null) return []
  const names = ownValue(management, 'subjectAlternativeNames')
  const wanted = setMembers(isJsonObject(names) ? names : {})
  return (wanted.length === 0 ? [String(domain['name'])] : wanted).toSorted()
}

/** Names in ASCII and lower case. */
export function withCanonicalNames(domain: JsonObject): JsonObject {
  const management = automatic(domain['certificateManagement'])
  const names = management === null ? undefined : ownValue(management, 'subjectAlternativeNames')
  if (management === null || !isJsonObject(names)) return domain
  const canonical = Object.fromEntries(setMembers(names).map(name => [canonicalHost(name) ?? name, true]))
  return { ...domain, certificateManagement: { ...management, subjectAlternativeNames: canonical } }
}

/** Who may say what a domain is called may say which certificate it has, and no other. `domain`: as `withCanonicalNames` returns it. */
export function checkCertificateNames(domain: JsonObject, problems: Problems): void {
  const management = automatic(domain['certificateManagement'])
  const names = management === null ? undefined : ownValue(management, 'subjectAlternativeNames')
  const aliases = ownValue(domain, 'aliases')
  const own = [String(domain['name']), ...setMembers(isJsonObject(aliases) ? aliases : {})]
  for (const name of setMembers(isJsonObject(names) ? names : {})) {
    const path = ['certificateManagement', 'subjectAlternativeNames', { key: name }]
    if (canonicalHost(name) !== name) problems.invalid(path, name, 'must be the name of a host, such as mail.example.org.')
    else if (!own.some(domainName => name === domainName || name.endsWith(`.${domainName}`))) {
      problems.invalid(path, name, `must be ${own[0] ?? ''}, one of its aliases, or a name in them.`)
    }
  }
}

export async function settleCertificate<Tx extends RegistryTx>(
  tx: Tx, domainId: Id, next: JsonObject | null, before: JsonObject | null, { queue }: DomainWork<Tx>,
): Promise<void> {
  const [wanted, former] = [next, before].map(domain => domain && wantedOf(domain))
  if (isDeepStrictEqual(wanted ?? null, former ?? null)) return
  if (wanted) {
    await queue(tx, 'AcmeRenewal', { domainId })
    return
  }
  await tx.keys.remove(KEYS.acmeOrder.prefix + domainId)
  if (next === null) await tx.keys.remove(KEYS.acmeCertificate.prefix + domainId)
}

function wantedOf(domain: JsonObject): JsonObject | null {
  const management = automatic(domain['certificateManagement'])
  return management && { providerId: management['acmeProviderId'] ?? null, names: certificateNames(domain) }
}


/** A host name, or one with a star for its first label. */
function canonicalHost(text: string): string | null {
  if (!text.startsWith('*.')) return canonicalDomain(text)
  const rest = canonicalDomain(text.slice(2))
  return rest && `*.${rest}`
}
