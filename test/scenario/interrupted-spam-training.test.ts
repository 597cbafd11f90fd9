/** Training of the spam filter, interrupted at every step of its work: each sample is learnt once, however it went. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { SampleBody } from '../../src/registry/objects/spam-training-sample.ts'
import { sampleEntries, SPAM_SAMPLE } from '../../src/registry/objects/spam-training-sample.ts'
import { modelRow } from '../../src/services/spam/model-rows.ts'
import type { ModelPlace } from '../../src/services/spam/model-rows.ts'
import { drawOrder, linkSample, NOBODY } from '../../src/services/spam/samples.ts'
import { SAMPLES_AT_ONCE_MAX } from '../../src/services/spam/training.ts'
import { sameEndHowever, type World } from '../support/interruptions.ts'
import { SITES } from '../support/sites.ts'
import { corpus } from '../support/spam-corpus.ts'

const ANN = '00000000000an'
/** Few, as each is a call to be interrupted at. */
const SAMPLES = 6
/** Every third is for one use. */
const LEFT = SAMPLES - SAMPLES / 3
const TASK = { variant: 'SpamFilterMaintenance' } as const

/** Numbers are drawn between the samples, so that there are more of them than one transaction looks at. */
async function fill({ store, ids }: World, seed = 1): Promise<void> {
  await store.transact(async tx => {
    for (const [nth, { content, isSpam }] of corpus(SAMPLES, seed).entries()) {
      const order = nth === SAMPLES / 2
        ? await tx.documents.draw(NOBODY, SPAM_SAMPLE, SAMPLES_AT_ONCE_MAX)
        : await drawOrder(tx)
      const body: SampleBody = {
        accountId: ANN, blobId: await tx.blobs.put(content), isSpam, deleteAfterUse: nth % 3 === 0, from: '', subject: '', expiresAt: '2030-01-01T00:00:00Z',
      }
      const id = ids.next()
      await tx.objects.insert(SPAM_SAMPLE, id, body, sampleEntries(body, order), [])
      await linkSample(tx, id, ANN, body.blobId)
    }
  })
}

/** What was learnt, told by the content of the weights, which are the same bit for bit when the same was learnt in the same order. */
async function model({ store }: World, place: ModelPlace): Promise<unknown> {
  return store.read(async tx => {
    const row = await modelRow(tx, place)
    if (row === null) return null
    const { spam, ham, upTo, content, anewBy } = row.body
    const weights = content && await tx.blobs.get(content.weights)
    return { spam, ham, upTo, isAnew: anewBy !== null, weights: weights && createHash('sha256').update(weights).digest('hex') }
  })
}

async function stateOf(world: World): Promise<Record<string, unknown>> {
  return {
    used: await model(world, 'used'), next: await model(world, 'next'),
    samples: await world.store.read(tx => tx.objects.count(SPAM_SAMPLE, [])),
  }
}

sameEndHowever('SpamFilterMaintenance train', {
  async prepare(world) {
    await fill(world)
    return { ...TASK, payload: { maintenanceType: 'train' } }
  },
  async state(world) {
    const state = await stateOf(world)
    assert.deepEqual([state['samples'], (state['used'] as { spam: number }).spam], [LEFT, SAMPLES / 2])
    return state
  },
}, 6)

sameEndHowever('SpamFilterMaintenance retrain', {
  // What was learnt for one use is not there to be learnt again.
  isRepeatable: false,
  async prepare(world) {
    await fill(world)
    await world.spamTraining.train(() => Promise.resolve())
    await fill(world, 2)
    return { ...TASK, payload: { maintenanceType: 'retrain' } }
  },
  async state(world) {
    const state = await stateOf(world)
    // What was for one use is known to the model before it alone; of the second corpus all are learnt once more.
    assert.deepEqual([state['samples'], state['next'], (state['used'] as { isAnew: boolean }).isAnew], [2 * LEFT, null, true])
    return state
  },
// Everywhere would be some hundred models of 8 MiB: where the task writes is enough.
}, 8, SITES.filter(({ name }) => name !== 'memory'))

sameEndHowever('SpamFilterMaintenance reset', {
  async prepare(world) {
    await fill(world)
    await world.spamTraining.train(() => Promise.resolve())
    return { ...TASK, payload: { maintenanceType: 'reset' } }
  },
  async state(world) {
    const state = await stateOf(world)
    assert.deepEqual(state, { used: null, next: null, samples: LEFT })
    return state
  },
})
