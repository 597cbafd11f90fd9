/**
 * DkimSignature: a key with which mail of a domain is signed, and where it is in its life. The private key is a secret; what belongs
 * into DNS is read out of it whenever the object is written. The task DkimManagement moves keys of domains whose DKIM is
 * managed here (services/dkim/README.md); who manages a domain himself creates and destroys them.
 *
 * This version signs no mail yet: properties that say how to sign are not here.
 */
import type { Fields } from '../../base/fields.ts'
import { embedded, enumType, nullable, objectId, oneOf, shape, string, utcDateTime, variants } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { fieldEntries } from '../ops/table-backend.ts'
import type { IndexEntry, ObjectRef, RegistryTx } from '../ports.ts'
import { object, typeFilter } from '../schema/object.ts'
import type { ObjectDefinition } from '../schema/object.ts'
import { formatDate } from '../values/date.ts'
import { Problems } from '../values/problems.ts'
import { checkPlaces, SECRET_TEXT } from './secret-source.ts'

export const DKIM_SIGNATURE = 'DkimSignature'
/** Of one domain: more than any rotation has at a time. */
export const KEYS_PER_DOMAIN_MAX = 50

export const DKIM_STAGE = enumType('DkimRotationStage', [
  { name: 'pending', label: 'Waits until its record is known' },
  { name: 'active', label: 'Signs' },
  { name: 'retiring', label: 'Signs no more, its record stays' },
  { name: 'retired', label: 'Its record is gone' },
])
export type DkimStage = NonNullable<(typeof DKIM_STAGE)['_names']>
export const DKIM_ALGORITHMS = ['Dkim1Ed25519Sha256', 'Dkim1RsaSha256'] as const
export type DkimAlgorithm = (typeof DKIM_ALGORITHMS)[number]

/** `record`: what is published of the key. `text` goes on after the name of the property. */
export type JudgeDkimKey = (body: JsonObject) => Promise<
  { readonly kind: 'usable'; readonly record: string } | { readonly kind: 'problem'; readonly text: string }>

const FIELDS = {
  domainId: objectId('Domain', 'The domain whose mail it signs.', { update: 'mutable', index: 'filter', label: 'Domain' }),
  selector: string('Its name in DNS: the record stands at <selector>._domainkey.<domain>.', { maxLength: 63 }),
  privateKey: embedded(SECRET_TEXT, 'The private key, in PEM: RSA of 2048 to 4096 bits, or Ed25519.'),
  publicKey: string('What belongs into DNS, as a TXT record.', { format: 'text', update: 'serverSet', label: 'Record' }),
  stage: oneOf(DKIM_STAGE, 'Where it is in its life.', { default: 'active' }),
  nextTransitionAt: nullable(utcDateTime('When it moves to the next stage; empty: nobody moves it.', { label: 'Next stage at' })),
  createdAt: utcDateTime('When it was made.', { update: 'serverSet', label: 'Created' }),
} satisfies Fields

const SHAPE = shape('Dkim1Signature', FIELDS, {
  auid: [null], canonicalization: ['relaxed/relaxed'], expire: [null], memberTenantId: [null],
  headers: [{ 'Date': true, 'From': true, 'Message-ID': true, 'Subject': true, 'To': true }],
  report: [true], thirdParty: [null], thirdPartyHash: [null],
})
const VARIANTS = [
  { name: 'Dkim1Ed25519Sha256', label: 'Ed25519', shape: SHAPE },
  { name: 'Dkim1RsaSha256', label: 'RSA', shape: SHAPE },
]
const SELECTOR = /^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)*$/

export function dkimSignatureObject<Tx extends RegistryTx>(judge: JudgeDkimKey): ObjectDefinition<JsonObject, Tx> {
  return object<Tx>({
    name: DKIM_SIGNATURE,
    label: 'DKIM key',
    doc: 'A key for signing mail of a domain, and where it is in its life.',
    shape: variants(DKIM_SIGNATURE, VARIANTS),
    labelProperty: 'selector',
    columns: ['selector', 'domainId', '@type', 'stage', 'nextTransitionAt'],
    filters: {
      '@type': typeFilter(DKIM_SIGNATURE, VARIANTS),
      domainId: { type: { type: 'objectId', objectName: 'Domain' }, label: 'Domain' },
    },
    keyProperties: { selector: 'selector' },
    sections: {
      Dkim1Signature: [
        { title: 'Key', fields: ['domainId', 'selector', 'privateKey', 'publicKey'] },
        { title: 'Life', fields: ['stage', 'nextTransitionAt', 'createdAt'] },
      ],
    },
    menu: { section: 'Management', icon: 'book-user', group: 'Directory', link: 'DKIM keys' },
    hooks: {
      check(next, _before, problems) {
        checkPlaces(next, ['privateKey'], problems)
        const selector = String(next['selector'])
        if (!SELECTOR.test(selector)) problems.invalid(['selector'], selector, 'must be lower-case letters, digits and hyphens, such as key-2026.')
      },
      async prepare(_id, next, _before, { now }) {
        const verdict = await judge(next)
        if (verdict.kind === 'problem') refuse(verdict.text)
        return { body: { createdAt: formatDate(now), ...next, publicKey: verdict.record } }
      },
      entries: selectorEntries,
    },
  })
}

/** What a key that the server itself writes is found by, and what it keeps from being removed. */
export function dkimSignatureRow(body: JsonObject): { readonly index: readonly IndexEntry[]; readonly links: readonly ObjectRef[] } {
  const shape = variants(DKIM_SIGNATURE, VARIANTS)
  return {
    index: fieldEntries({ shape, hooks: { entries: selectorEntries } }, body),
    links: [{ object: 'Domain', id: String(body['domainId']) }],
  }
}

/** Takes the keys of a domain along when it is destroyed: nobody could sign with them any more. */
export async function removeDkimKeysOf({ objects }: RegistryTx, domainId: Id): Promise<void> {
  const where = [{ field: 'domainId', value: domainId }]
  for (;;) {
    const ids = await objects.query(DKIM_SIGNATURE, { where, ascending: true, limit: KEYS_PER_DOMAIN_MAX })
    if (ids.length === 0) return
    for (const id of ids) await objects.remove(DKIM_SIGNATURE, id)
  }
}

/** Two keys of a domain have two names. */
function selectorEntries({ domainId, selector }: JsonObject): IndexEntry[] {
  return [{ field: 'selector', value: `${String(domainId)}/${String(selector)}`, unique: true }]
}

/** Nothing of a key is shown. */
function refuse(text: string): never {
  const problems = new Problems()
  problems.invalidSecret(['privateKey'], text)
  problems.refuse()
  throw new Error('a key was refused without a reason')
}
