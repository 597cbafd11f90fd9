/** What training samples and the classifier's numbers need of mail and of the model, which the registry does not know. */
import type { Clock } from '../base/clock.ts'
import { spamClassifierNow, type ReadSpamLessons } from '../registry/objects/spam-classifier.ts'
import type { SpamSamplePort } from '../registry/objects/spam-training-sample.ts'
import { EMAIL, type MailStore } from '../services/mailstore/mailstore.ts'
import { parseMessage } from '../services/message/message.ts'
import { FRESH, modelRow } from '../services/spam/model-rows.ts'
import { countAbove, describeSample, drawOrder, expiryAt, linkSample, releaseSample } from '../services/spam/samples.ts'
import type { Store, Tx } from '../store/store.ts'

export function spamSamplePort(store: Store, mailStore: MailStore<Tx>, clock: Pick<Clock, 'now'>): SpamSamplePort<Tx> {
  return {
    async describe(accountId, blobId, readerId) {
      // A part of a message is not stored by itself, and could not be kept.
      if (mailStore.isPart(blobId)) return null
      const { content, heldMs } = await store.read(async tx => ({
        content: await mailStore.download(tx, accountId, blobId, readerId), heldMs: (await spamClassifierNow(tx)).holdSamplesFor,
      }))
      return content === null ? null : { ...describeSample(await parseMessage(content)), expiresAt: expiryAt(clock.now(), heldMs) }
    },
    draw: async (tx, accountId) => await mailStore.enter(tx, accountId, EMAIL, 'share') && drawOrder(tx),
    link: linkSample,
    release: releaseSample,
  }
}

export const spamLessons: ReadSpamLessons<Tx> = async tx => {
  const { spam, ham, upTo, trainedAt } = (await modelRow(tx, 'used'))?.body ?? FRESH
  return { spam, ham, trainedAt, waiting: await countAbove(tx, upTo) }
}
