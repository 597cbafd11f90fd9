/** The samples that the classifier learns from: those that owners of mail make, and what goes of them. README.md beside this file. */
import type { Clock } from '../../base/clock.ts'
import type { Id, IdSource } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { spamClassifierNow } from '../../registry/objects/spam-classifier.ts'
import { spamSettingsNow } from '../../registry/objects/spam-settings.ts'
import {
  contentKey, orderText, SAMPLE_CONTENT, SAMPLE_ORDER, sampleEntries, SAMPLES_OF_ACCOUNT_MAX, SPAM_SAMPLE,
} from '../../registry/objects/spam-training-sample.ts'
import type { SampleBody } from '../../registry/objects/spam-training-sample.ts'
import type { RegistryTx } from '../../registry/ports.ts'
import { DATE_MS_MAX, formatDate } from '../../registry/values/date.ts'
import type { LearnEmail } from '../mailstore/mailstore.ts'
import type { DomainTx } from '../ports.ts'

export type SpamTx = DomainTx & RegistryTx

/** What belongs to the filter of all is kept under this account, which nobody has. */
export const NOBODY: Id = '0'.repeat(13)

export interface Sample { readonly id: Id; readonly body: SampleBody }

/** For one transaction of an account: what its owner says is kept, if the settings say so at that moment. */
export function learnerOf<Tx extends SpamTx>(
  { ids, clock }: { readonly ids: IdSource; readonly clock: Pick<Clock, 'now'> }, tx: Tx, accountId: Id,
): LearnEmail {
  let settings: Promise<{ readonly enable: boolean; readonly holdSamplesFor: number }> | null = null
  return async ({ blobId, from, subject }, isSpam) => {
    settings ??= Promise.all([spamSettingsNow(tx), spamClassifierNow(tx)]).then(([{ enable }, { holdSamplesFor }]) => ({ enable, holdSamplesFor }))
    const { enable, holdSamplesFor } = await settings
    if (!enable) return
    // First, because who draws keeps others from drawing until his samples are there.
    const order = await drawOrder(tx)
    const [formerId] = await tx.objects.query(SPAM_SAMPLE, { where: [{ field: SAMPLE_CONTENT, value: contentKey(accountId, blobId) }], ascending: true, limit: 1 })
    const [former] = formerId === undefined ? [] : await samplesOf(tx, [formerId])
    if (former?.body.isSpam === isSpam) return
    if (former) await removeSample(tx, former)
    else if (await tx.objects.count(SPAM_SAMPLE, [{ field: 'accountId', value: accountId }]) >= SAMPLES_OF_ACCOUNT_MAX) return
    const id = ids.next()
    const body: SampleBody = {
      accountId, blobId, isSpam, deleteAfterUse: false, from: from?.[0]?.email ?? '', subject: subject ?? '',
      expiresAt: expiryAt(clock.now(), holdSamplesFor),
    }
    await tx.objects.insert(SPAM_SAMPLE, id, body, sampleEntries(body, order), [])
    await linkSample(tx, id, accountId, blobId)
  }
}

export function expiryAt(nowMs: number, heldMs: number): string {
  return formatDate(Math.min(nowMs + heldMs, DATE_MS_MAX))
}

/** From 1 on, in the order of commits: who has seen the sample of a number has seen all before. */
export function drawOrder({ documents }: DomainTx): Promise<number> {
  return documents.draw(NOBODY, SPAM_SAMPLE, 1)
}

/** The highest number that was drawn; the samples up to it are there, or gone. */
export function lastOrder({ documents }: DomainTx): Promise<number> {
  return documents.modseq(NOBODY, SPAM_SAMPLE)
}

/** Those whose numbers are above `after`, up to `upTo`, in order of id. There are at most as many as numbers. */
export async function samplesBetween(tx: SpamTx, after: number, upTo: number): Promise<readonly Sample[]> {
  const where = [above(after), { field: SAMPLE_ORDER, value: orderText(upTo), comparison: '<=' as const }]
  return samplesOf(tx, await tx.objects.query(SPAM_SAMPLE, { where, ascending: true, limit: upTo - after }))
}

/** How many there are whose numbers are above. */
export function countAbove({ objects }: RegistryTx, after: number): Promise<number> {
  return objects.count(SPAM_SAMPLE, [above(after)])
}

function above(after: number) {
  return { field: SAMPLE_ORDER, value: orderText(after), comparison: '>' as const }
}

/** Those of `samples` that are still there, and stay until the transaction ends. */
export async function samplesStillThere(tx: SpamTx, samples: readonly Sample[]): Promise<readonly Sample[]> {
  await tx.objects.lock(SPAM_SAMPLE)
  return samplesOf(tx, samples.map(({ id }) => id))
}

async function samplesOf({ objects }: RegistryTx, ids: readonly Id[]): Promise<Sample[]> {
  return (await objects.get(SPAM_SAMPLE, ids)).map(({ id, body }) => ({ id, body: body as SampleBody }))
}

/** Its content goes with the next purge past the grace, when nothing else links it. */
export async function removeSample(tx: SpamTx, { id, body }: Sample): Promise<void> {
  await tx.objects.remove(SPAM_SAMPLE, id)
  await releaseSample(tx, id, body.accountId, body.blobId)
}

export async function linkSample({ blobs }: DomainTx, id: Id, accountId: Id, blobId: string): Promise<void> {
  await blobs.link(blobId, { accountId, collection: SPAM_SAMPLE, id })
}

export async function releaseSample({ blobs }: DomainTx, id: Id, accountId: Id, blobId: string): Promise<void> {
  await blobs.unlink(accountId, SPAM_SAMPLE, [{ id, hash: blobId }])
}

/** Removes those whose time is over, at most `limit`; returns how many. */
export async function purgeSamples(tx: SpamTx, nowMs: number, limit: number): Promise<number> {
  await tx.objects.lock(SPAM_SAMPLE)
  const where = [{ field: 'expiresAt', value: formatDate(nowMs), comparison: '<=' as const }]
  const expired = await samplesOf(tx, await tx.objects.query(SPAM_SAMPLE, { where, ascending: true, limit }))
  for (const sample of expired) await removeSample(tx, sample)
  return expired.length
}

/** Removes those of an account that goes as a whole, with their contents, at most `limit`; returns how many. */
export async function removeSamplesOf(tx: SpamTx, accountId: Id, limit: number): Promise<number> {
  const where = [{ field: 'accountId', value: accountId }]
  const samples = await samplesOf(tx, await tx.objects.query(SPAM_SAMPLE, { where, ascending: true, limit }))
  for (const { id } of samples) await tx.objects.remove(SPAM_SAMPLE, id)
  await tx.blobs.release(accountId, SPAM_SAMPLE, samples.map(({ id, body }) => ({ id, hash: body.blobId })))
  return samples.length
}

/** For those that come through the API: what their content says. */
export function describeSample(message: { readonly subject: string | null; readonly from: readonly { readonly email: string }[] | null }): JsonObject & Pick<SampleBody, 'from' | 'subject'> {
  return { from: message.from?.[0]?.email.slice(0, TEXT_CHARS_MAX) ?? '', subject: message.subject?.slice(0, TEXT_CHARS_MAX).toWellFormed() ?? '' }
}
const TEXT_CHARS_MAX = 500
