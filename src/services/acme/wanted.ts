/** Which certificate a domain wants, and from whom: its settings and those of its AcmeProvider, read together. */
import { setMembers } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { ACME_PROVIDER } from '../../registry/objects/acme-provider.ts'
import type { AcmeChallengeType, AcmeRenewBefore } from '../../registry/objects/acme-provider.ts'
import { certificateNames } from '../../registry/objects/certificate-management.ts'
import { automatic } from '../../registry/objects/domain-work.ts'
import type { RegistryTx } from '../../registry/ports.ts'
import type { AcmeBinding } from './client.ts'

export interface AcmeProvider {
  readonly id: Id
  readonly directory: string
  readonly trusted: string | null
  readonly challengeType: AcmeChallengeType
  /** As `mailto:` URIs, in order. */
  readonly contact: readonly string[]
  /** PEM. */
  readonly accountKey: string
  readonly binding: AcmeBinding | null
  readonly renewBefore: AcmeRenewBefore
  readonly preferredChain: string | null
  readonly reuseKey: boolean
  readonly maxRetries: number
}
export interface WantedCertificate {
  readonly kind: 'wanted'
  readonly domainId: Id
  /** In order, each once. */
  readonly names: readonly string[]
  readonly provider: AcmeProvider
  /** Its DNS records say which key its certificates have (RFC 6698). */
  readonly publishesKeys: boolean
}
/** `why`: goes on after "nothing to renew:". */
export type Wanted = WantedCertificate | { readonly kind: 'nothing'; readonly why: string }

export async function wantedCertificate({ objects }: RegistryTx, domainId: Id): Promise<Wanted> {
  const [domain] = await objects.get('Domain', [domainId])
  if (domain === undefined) return { kind: 'nothing', why: 'the domain is gone' }
  const management = automatic(domain.body['certificateManagement'])
  const name = String(domain.body['name'])
  if (management === null) {
    return { kind: 'nothing', why: `the certificates of ${name} are looked after by hand` }
  }
  const [provider] = await objects.get(ACME_PROVIDER, [String(management['acmeProviderId'])])
  if (provider === undefined) return { kind: 'nothing', why: `the AcmeProvider of ${name} is gone` }
  return { kind: 'wanted', domainId, names: certificateNames(domain.body), publishesKeys: publishesKeys(domain.body), provider: providerOf(provider.id, provider.body) }
}

function publishesKeys(domain: JsonObject): boolean {
  const records = automatic(domain['dnsManagement'])?.['publishRecords']
  return isJsonObject(records) && records['tlsa'] === true
}

function providerOf(id: Id, body: JsonObject): AcmeProvider {
  const { eabKeyId, eabHmacKey } = body
  return {
    id, directory: String(body['directory']), trusted: textOrNull(body['trustedCertificate']),
    challengeType: body['challengeType'] as AcmeChallengeType,
    contact: setMembers(isJsonObject(body['contact']) ? body['contact'] : {}).map(address => `mailto:${address}`).toSorted(),
    accountKey: String(body['accountKey']),
    binding: typeof eabKeyId === 'string' && typeof eabHmacKey === 'string' ? { keyId: eabKeyId, macKey: eabHmacKey } : null,
    renewBefore: body['renewBefore'] as AcmeRenewBefore, preferredChain: textOrNull(body['preferredChain']),
    reuseKey: body['reuseKey'] === true, maxRetries: Number(body['maxRetries']),
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
