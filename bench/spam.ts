/**
 * What the spam filter costs: deliveries without it, with a model and with rules, in turns so that all meet the same machine; and
 * how fast a training learns, with the most memory that it took beyond what was there before.
 */
import { performance } from 'node:perf_hooks'
import { systemClock } from '../src/base/clock.ts'
import { idSource } from '../src/base/ids.ts'
import { Catalogue } from '../src/engine/catalogue.ts'
import { sampleEntries, SPAM_SAMPLE } from '../src/registry/objects/spam-training-sample.ts'
import type { SampleBody } from '../src/registry/objects/spam-training-sample.ts'
import { spamClassifier } from '../src/registry/objects/spam-classifier.ts'
import { SINGLETON_ID } from '../src/registry/schema/object.ts'
import { buildMail } from '../src/server/mail.ts'
import { parseMessage } from '../src/services/message/message.ts'
import { drawOrder, linkSample } from '../src/services/spam/samples.ts'
import { VARIANTS } from '../src/tasks/catalogue.ts'
import { lanes } from '../src/tasks/lanes.ts'
import { corpus } from '../test/support/spam-corpus.ts'
import { message } from './mail.ts'
import { openBenchStore, type Measure, type StoreKind } from './world.ts'

/** Contents that differ; samples repeat them. */
const CONTENTS = 2_000
const SAMPLES_AT_ONCE = 1_000
const ROUNDS = 5
const MESSAGES = 400

export async function spamMeasures(kind: StoreKind, samples: number): Promise<Measure[]> {
  const bench = await openBenchStore(kind)
  const { store } = bench
  const ids = idSource(1_000, systemClock)
  const { delivery, spamFilter, spamTraining } = buildMail(store, new Catalogue(VARIANTS, lanes()), ids, systemClock)
  const accountId = ids.next()
  await store.transact(tx => tx.objects.insert('Account', accountId, {}, [], []))
  const contents = corpus(CONTENTS, 1)
  for (let start = 0; start < samples; start += SAMPLES_AT_ONCE) {
    await store.transact(async tx => {
      for (let nth = start; nth < Math.min(start + SAMPLES_AT_ONCE, samples); nth++) {
        const { content, isSpam } = contents[nth % CONTENTS] ?? { content: new Uint8Array(), isSpam: false }
        const body: SampleBody = { accountId, blobId: await tx.blobs.put(content), isSpam, deleteAfterUse: false, from: '', subject: '', expiresAt: '2099-01-01T00:00:00Z' }
        const id = ids.next()
        const order = await drawOrder(tx)
        // Not unique, as a sample of a mailbox would be: contents come again.
        await tx.objects.insert(SPAM_SAMPLE, id, body, sampleEntries(body, order).filter(({ unique }) => !unique), [])
        await linkSample(tx, id, accountId, body.blobId)
      }
    })
  }

  const before = process.memoryUsage.rss()
  let most = before
  let began = performance.now()
  await spamTraining.train(async () => { most = Math.max(most, process.memoryUsage.rss()) })
  const trained = samples / ((performance.now() - began) / 1_000)

  const rates = { without: 0, filtered: 0 }
  await store.transact(tx => tx.objects.insert(spamClassifier.name, SINGLETON_ID, { minSpamSamples: 1, minHamSamples: 1 }, [], []))
  let sent = 0
  for (let round = 0; round < ROUNDS; round++) {
    for (const way of ['without', 'filtered'] as const) {
      const plain = buildMail(store, new Catalogue(VARIANTS, lanes()), ids, systemClock).delivery
      if (way === 'filtered') await spamFilter.reload()
      began = performance.now()
      for (let nth = 0; nth < MESSAGES; nth++) {
        await (way === 'filtered' ? delivery : plain).deliver({ recipients: [{ accountId, quotaBytes: null }], content: message(sent++) })
      }
      rates[way] += ROUNDS * MESSAGES / ((performance.now() - began) / 1_000) / ROUNDS ** 2
    }
  }
  const read = await parseMessage(message(0))
  began = performance.now()
  for (let nth = 0; nth < MESSAGES; nth++) spamFilter.judge(read)
  const judged = (performance.now() - began) / MESSAGES
  await bench.close()
  return [
    { what: `spam training of ${samples.toLocaleString('en')} samples`, unit: 'samples/s', value: trained },
    { what: 'the same, memory beyond that before', unit: 'MB', value: (most - before) / 2 ** 20 },
    { what: 'messages of 3 kB delivered, spam filter untrained', unit: 'messages/s', value: rates.without },
    { what: 'messages of 3 kB delivered, classified', unit: 'messages/s', value: rates.filtered },
    { what: 'classification of a message of 3 kB alone', unit: 'ms', value: judged },
  ]
}
