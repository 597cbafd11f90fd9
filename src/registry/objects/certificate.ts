/**
 * Certificate: a chain and its private key for TLS listeners. Each of the two is either kept here or read on every node
 * from a file or an environment variable of that node; which hosts it is for, by whom and until when is read out of it
 * whenever the object is written. services/certificates reads and judges it, listeners/tls chooses among all of them.
 *
 * | who | may |
 * |---|---|
 * | administrators | write: a file name is read with the rights of the server, so nobody else should |
 * | who sees settings | see all of it but the key, which is `****` |
 */
import type { Fields } from '../../base/fields.ts'
import { embedded, set, shape, string, utcDateTime, variants } from '../../base/fields.ts'
import type { JsonObject } from '../../base/json.ts'
import { object } from '../schema/object.ts'
import type { ObjectDefinition } from '../schema/object.ts'
import { formatDate } from '../values/date.ts'
import { Problems } from '../values/problems.ts'
import { checkPlaces, ENVIRONMENT_VARIABLE, FILE, SECRET_TEXT } from './secret-source.ts'

/** Of one certificate; nobody issues more. */
export const NAMES_MAX = 1_000

/** What a certificate says of itself. Dates in ms since 1970, names in lower case. */
export interface CertificateFacts {
  readonly subjectAlternativeNames: readonly string[]
  readonly issuer: string
  readonly notValidBefore: number
  readonly notValidAfter: number
}
/** `text` goes on after the name of the property, and holds nothing of what was read. */
export interface CertificateProblem {
  readonly kind: 'problem'
  readonly property: 'certificate' | 'privateKey'
  readonly text: string
}
/** Reads both parts of such an object, on this node. */
export type JudgeCertificate = (
  body: JsonObject,
) => Promise<{ readonly kind: 'usable'; readonly facts: CertificateFacts } | CertificateProblem>

const FIELDS = {
  certificate: embedded(
    variants('PublicText', [
      {
        name: 'Text',
        label: 'Kept here',
        shape: shape('PublicTextValue', {
          value: string('PEM: the certificate itself, then those that it was issued with.', { format: 'text' }),
        }),
      },
      ENVIRONMENT_VARIABLE,
      FILE,
    ]),
    'The certificate and its chain, in PEM.',
  ),
  privateKey: embedded(
    SECRET_TEXT,
    'The private key of the certificate, in PEM: RSA from 2048 bits, P-256, P-384, P-521 or Ed25519.',
  ),
  subjectAlternativeNames: set({ type: 'string', format: 'string' }, 'The hosts that it is for.', {
    update: 'serverSet', index: 'filter', maxItems: NAMES_MAX, label: 'Names',
  }),
  issuer: string('Who has issued it.', { update: 'serverSet' }),
  notValidBefore: utcDateTime('It is valid from then.', { update: 'serverSet', label: 'Valid from' }),
  notValidAfter: utcDateTime('It is valid until then.', { update: 'serverSet', label: 'Valid until' }),
} satisfies Fields

export function certificateObject<Tx>(judge: JudgeCertificate): ObjectDefinition<JsonObject, Tx> {
  return object<Tx>({
    name: 'Certificate',
    label: 'Certificate',
    doc: 'A certificate with its private key, for all listeners that speak TLS.',
    shape: shape('Certificate', FIELDS),
    labelProperty: 'subjectAlternativeNames',
    columns: ['subjectAlternativeNames', 'notValidAfter', 'issuer'],
    filters: {
      subjectAlternativeNames: {
        type: { type: 'string', format: 'string' }, label: 'Name', canonical: text => text.toLowerCase(),
      },
    },
    sections: [
      { title: 'Certificate', fields: ['certificate', 'privateKey'] },
      { title: 'What it says', fields: ['subjectAlternativeNames', 'notValidBefore', 'notValidAfter', 'issuer'] },
    ],
    menu: { section: 'Settings', icon: 'network', group: 'Network', link: 'Certificates' },
    hooks: {
      check: (next, _before, problems) => { checkPlaces(next, ['certificate', 'privateKey'], problems) },
      async prepare(_id, next) {
        const verdict = await judge(next)
        if (verdict.kind === 'problem') refuse(verdict)
        return { body: { ...next, ...factValues(verdict.facts) } }
      },
    },
  })
}

/** The properties that are read out of the certificate. */
export function factValues({ subjectAlternativeNames, issuer, notValidBefore, notValidAfter }: CertificateFacts): JsonObject {
  return {
    subjectAlternativeNames: Object.fromEntries(subjectAlternativeNames.map(name => [name, true])),
    issuer,
    notValidBefore: formatDate(notValidBefore),
    notValidAfter: formatDate(notValidAfter),
  }
}

/** Nothing of a value is shown: it may be a key in the wrong place. */
function refuse({ property, text }: CertificateProblem): never {
  const problems = new Problems()
  problems.invalidSecret([property], text)
  problems.refuse()
  throw new Error(`${property} was refused without a reason`)
}
