/** Certificates that the server itself has obtained: stored as if an administrator had done it, within a transaction of the caller. */
import { assert } from '../../base/assert.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { ownValue } from '../../base/json.ts'
import { RotaError } from '../../errors.ts'
import { auditEntry } from '../ops/audit.ts'
import { fieldEntries } from '../ops/table-backend.ts'
import type { RegistryTx } from '../ports.ts'
import { certificateObject, factValues } from './certificate.ts'
import type { CertificateFacts } from './certificate.ts'

/** What the object says of itself; who uses it has judged the certificate. */
const DECLARED = certificateObject<RegistryTx>(() => Promise.reject(new Error('it was judged before')))
const SAME_NAMES_MAX = 100

export interface ShelvedCertificate { readonly id: Id; readonly body: JsonObject }
export interface NewCertificate {
  /** PEM: the chain, and the key. */
  readonly cert: string
  readonly key: string
  readonly facts: CertificateFacts
}

/** Those whose names are exactly these. */
export async function certificatesFor({ objects }: RegistryTx, names: readonly string[]): Promise<ShelvedCertificate[]> {
  const where = names.map(value => ({ field: 'subjectAlternativeNames', value }))
  const ids = await objects.query(DECLARED.name, { where, ascending: false, limit: SAME_NAMES_MAX })
  const found = await objects.get(DECLARED.name, ids)
  return found.filter(({ body }) => Object.keys(ownValue(body, 'subjectAlternativeNames') ?? {}).length === names.length)
}

export async function shelvedCertificate({ objects }: RegistryTx, id: Id): Promise<ShelvedCertificate | null> {
  return (await objects.get(DECLARED.name, [id]))[0] ?? null
}

/** Puts it in the place of `replaces`, or beside the others. Its id. `newId` makes the ids of the object and of its audit entry. */
export async function shelveCertificate(
  tx: RegistryTx, { cert, key, facts }: NewCertificate, replaces: Id | null, about: { readonly newId: () => Id; readonly now: number },
): Promise<Id> {
  const body = { certificate: { '@type': 'Text', value: cert }, privateKey: { '@type': 'Text', secret: key }, ...factValues(facts) }
  const index = fieldEntries(DECLARED, body)
  await tx.objects.lock(DECLARED.name)
  const [old] = replaces === null ? [] : await tx.objects.get(DECLARED.name, [replaces])
  const id = old?.id ?? about.newId()
  const reply = old === undefined
    ? await tx.objects.insert(DECLARED.name, id, body, index, [])
    : await tx.objects.update(DECLARED.name, id, old.version, body, index, [])
  if (reply.kind !== 'written') throw new RotaError('store/conflict', `the certificate ${id} was changed by somebody else at the same time`)
  const context = { principal: null, remote: null, now: about.now }
  const entry = auditEntry(DECLARED, { id, before: old?.body ?? null, after: body }, context, about.newId())
  assert(entry !== null, 'a renewed certificate is as the old one')
  await tx.audit.append(entry)
  return id
}
