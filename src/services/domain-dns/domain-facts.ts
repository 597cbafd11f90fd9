/** Reads what records of a domain are made of. */
import { createHash, X509Certificate } from 'node:crypto'
import { canonicalDomain } from '../../base/address.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { setMembers } from '../../base/fields.ts'
import { DKIM_SIGNATURE, KEYS_PER_DOMAIN_MAX } from '../../registry/objects/dkim-signature.ts'
import { mailHosts, systemSettings } from '../../registry/objects/system-settings.ts'
import { wholeBody } from '../../registry/ops/present.ts'
import type { RegistryTx } from '../../registry/ports.ts'
import { SINGLETON_ID } from '../../registry/schema/object.ts'
import type { CertificateReader } from '../certificates/certificate-reader.ts'
import type { DomainFacts } from './wanted-records.ts'

/** Listeners and certificates: an operator has few. */
const OBJECTS_MAX = 500
/** Stages whose record is published. */
const PUBLISHED_STAGES: ReadonlySet<unknown> = new Set(['pending', 'active', 'retiring'])

/** As it stands in the store; what lies in files of this node is read by `factsOf`. */
export interface StoredFacts {
  readonly name: string
  readonly zone: string
  readonly reportAddressUri: string | null
  readonly settings: JsonObject
  readonly keys: readonly JsonObject[]
  readonly listeners: readonly JsonObject[]
  readonly certificates: readonly JsonObject[]
}

export async function storedFacts({ objects }: RegistryTx, domainId: Id, domain: JsonObject, zone: string): Promise<StoredFacts> {
  const some = async (name: string, where: Parameters<typeof objects.query>[1]['where'], limit: number): Promise<JsonObject[]> =>
    (await objects.get(name, await objects.query(name, { where, ascending: true, limit }))).map(({ body }) => body)
  const [settings] = await objects.get(systemSettings.name, [SINGLETON_ID])
  const { reportAddressUri } = domain
  return {
    name: String(domain['name']), zone,
    reportAddressUri: reportAddressUri === undefined ? 'mailto:postmaster' : typeof reportAddressUri === 'string' ? reportAddressUri : null,
    settings: wholeBody(systemSettings, settings?.body ?? {}),
    keys: await some(DKIM_SIGNATURE, [{ field: 'domainId', value: domainId }], KEYS_PER_DOMAIN_MAX),
    listeners: await some('NetworkListener', [], OBJECTS_MAX),
    certificates: await some('Certificate', [], OBJECTS_MAX),
  }
}

/** Throws when a certificate cannot be read on this node: half of the keys of a host would keep others from reaching it. */
export async function factsOf(stored: StoredFacts, reader: Pick<CertificateReader, 'read'>): Promise<DomainFacts> {
  const { name, zone, settings, reportAddressUri } = stored
  const hostname = canonicalDomain(String(settings['defaultHostname']))
  const port = stored.listeners.map(httpsPort).find(each => each !== null)
  return {
    name, zone,
    mailHosts: mailHosts(settings),
    web: hostname === null || port === undefined ? null : { hostname, port },
    reportAddress: reportAddressUri === null || reportAddressUri.includes('@') ? reportAddressUri : `${reportAddressUri}@${name}`,
    dkimKeys: stored.keys.filter(({ stage }) => PUBLISHED_STAGES.has(stage)).map(({ selector, publicKey }) => ({ selector: String(selector), record: String(publicKey) })),
    certificates: await Promise.all(stored.certificates.map(body => certificateFacts(body, reader))),
  }
}

async function certificateFacts(body: JsonObject, reader: Pick<CertificateReader, 'read'>): Promise<DomainFacts['certificates'][number]> {
  const texts = await reader.read(body)
  if (texts.kind === 'problem') throw new Error(`a certificate cannot be read: its ${texts.property} ${texts.text}`)
  const spki = new X509Certificate(texts.certificate).publicKey.export({ type: 'spki', format: 'der' })
  const names = isJsonObject(body['subjectAlternativeNames']) ? setMembers(body['subjectAlternativeNames']) : []
  return { hosts: names, keyHash: createHash('sha256').update(spki).digest() }
}

function httpsPort({ protocol, useTls, tlsImplicit, bind }: JsonObject): number | null {
  if (protocol !== 'http' || useTls === false || tlsImplicit !== true || !isJsonObject(bind)) return null
  const port = Number(setMembers(bind)[0]?.split(':').at(-1))
  return Number.isInteger(port) && port > 0 ? port : null
}
