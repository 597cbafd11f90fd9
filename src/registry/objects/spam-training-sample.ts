/**
 * SpamTrainingSample: a message of which somebody has said whether it is spam. People say so by moving it into Junk or out of
 * it, or by its keywords (services/spam); through the API it is said of content that was uploaded. A sample belongs to
 * an account, of which it goes along, and is gone after SpamClassifier.holdSamplesFor, or once it was learnt when it is to be
 * used once. It links its content, which stays as long.
 *
 * Its number in the order of commits is in the index (`order`): whoever has learnt all up to one has left none out.
 */
import { blobId, boolean, nullable, objectId, string, utcDateTime } from '../../base/fields.ts'
import type { Fields } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { fieldEntries } from '../ops/table-backend.ts'
import type { IndexEntry, RegistryTx } from '../ports.ts'
import { object } from '../schema/object.ts'
import type { ObjectDefinition } from '../schema/object.ts'
import { refusal } from '../set-error.ts'
import { Problems } from '../values/problems.ts'

export const SPAM_SAMPLE = 'SpamTrainingSample'
/** In the index. */
export const SAMPLE_ORDER = 'order'
export const SAMPLE_CONTENT = 'content'
/** Of one account: one person teaches the filter of all. */
export const SAMPLES_OF_ACCOUNT_MAX = 5_000
const ORDER_DIGITS = 16
const EVERYONES = 'sysAccountUpdate'
const byServer = { update: 'serverSet' } as const
const once = { update: 'immutable' } as const

const FIELDS = {
  accountId: nullable(objectId('Account', 'Whose message it is; empty on creation: that of the caller.', { ...once, index: 'filter', label: 'Account' })),
  from: string('Whom it is from.', { ...byServer, format: 'emailAddress', minLength: 0 }),
  subject: string('What it is about.', { ...byServer, minLength: 0 }),
  blobId: blobId('The message, by the id that its upload has given.', { ...once, label: 'Content' }),
  isSpam: boolean('Whether it is spam.', { ...once, label: 'Spam' }),
  deleteAfterUse: boolean('It goes as soon as it was learnt; a training anew does without it then.', { ...once, label: 'Use once' }),
  expiresAt: utcDateTime('It goes then.', { ...byServer, index: 'filter', label: 'Kept until' }),
} satisfies Fields

/** A sample as it is stored. */
export type SampleBody = {
  readonly accountId: Id
  readonly from: string
  readonly subject: string
  readonly blobId: string
  readonly isSpam: boolean
  readonly deleteAfterUse: boolean
  readonly expiresAt: string
}

export interface SpamSamplePort<Tx> {
  /** What the content says that this reader has in the account, and how long it is kept; null: there is none. */
  describe(accountId: Id, blobId: string, readerId: Id): Promise<Pick<SampleBody, 'from' | 'subject' | 'expiresAt'> | null>
  /** False: the account is gone. Else its next number, after all that were drawn by others. */
  draw(tx: Tx, accountId: Id): Promise<number | false>
  link(tx: Tx, id: Id, accountId: Id, blobId: string): Promise<void>
  release(tx: Tx, id: Id, accountId: Id, blobId: string): Promise<void>
}

export function spamTrainingSampleObject<Tx extends RegistryTx>(port: SpamSamplePort<Tx>): ObjectDefinition<JsonObject, Tx> {
  return object<typeof FIELDS, Tx>({
    name: SPAM_SAMPLE,
    label: 'Training sample',
    doc: 'A message of which somebody has said whether it is spam.',
    verbs: ['Get', 'Query', 'Create', 'Destroy'],
    owner: { property: 'accountId', everyones: EVERYONES, takenAlong: true },
    fields: FIELDS,
    columns: ['from', 'subject', 'isSpam', 'accountId', 'expiresAt'],
    filters: {
      accountId: { type: { type: 'objectId', objectName: 'Account' }, label: 'Account' },
    },
    sections: [
      { title: 'Message', fields: ['accountId', 'from', 'subject', 'blobId', 'isSpam'] },
      { title: 'Kept', fields: ['deleteAfterUse', 'expiresAt'] },
    ],
    keyProperties: { [SAMPLE_CONTENT]: 'blobId' },
    menu: { section: 'Management', icon: 'shield-alert', link: 'Training samples' },
    hooks: {
      async prepare(_id, next, _before, { principal }) {
        const { accountId, blobId: content } = next
        const said = await port.describe(String(accountId), String(content), principal?.accountId ?? String(accountId))
        const problems = new Problems()
        if (said === null) problems.invalid(['blobId'], String(content), 'is no content of the account; upload the message there first.')
        problems.refuse()
        return { body: { ...next, ...said } }
      },
      async derive(tx, _id, next) {
        const accountId = String(next['accountId'])
        const order = await port.draw(tx, accountId)
        if (order === false) throw refusal('invalidForeignKey', `The account ${accountId} is gone.`, ['accountId'])
        if (await tx.objects.count(SPAM_SAMPLE, [{ field: 'accountId', value: accountId }]) >= SAMPLES_OF_ACCOUNT_MAX) {
          throw refusal('overQuota', `The account has ${SAMPLES_OF_ACCOUNT_MAX} samples, and may have no more; destroy some first.`)
        }
        return { body: next, index: placeEntries(next, order) }
      },
      async settle(tx, id, next, before) {
        const [accountId, content] = [String((next ?? before)?.['accountId']), String((next ?? before)?.['blobId'])]
        if (next === null) await port.release(tx, id, accountId, content)
        else await port.link(tx, id, accountId, content)
      },
    },
  })
}

/** For whoever stores one: what the verbs would write beside it. */
export function sampleEntries(body: SampleBody, order: number): IndexEntry[] {
  return [...fieldEntries({ shape: { kind: 'single', name: SPAM_SAMPLE, fields: FIELDS }, hooks: {} }, body), ...placeEntries(body, order)]
}

function placeEntries(body: JsonObject, order: number): IndexEntry[] {
  return [
    { field: SAMPLE_ORDER, value: orderText(order), unique: false },
    // One message is learnt once, whatever is said of it how often.
    { field: SAMPLE_CONTENT, value: contentKey(String(body['accountId']), String(body['blobId'])), unique: true },
  ]
}

export function contentKey(accountId: Id, content: string): string {
  return `${accountId}/${content}`
}

/** As texts they are in the order of the numbers. */
export function orderText(order: number): string {
  return String(order).padStart(ORDER_DIGITS, '0')
}
