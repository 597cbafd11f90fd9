/**
 * Training: samples into the model, a part of them in one transaction with how far it got. README.md beside this file says
 * what is true after each step.
 */
import type { Clock } from '../../base/clock.ts'
import type { Id, IdSource } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { parseMessage } from '../message/message.ts'
import type { DomainStore } from '../ports.ts'
import { alternately } from './alternate.ts'
import { featuresOf } from './features.ts'
import { packNumbers } from './model-bytes.ts'
import { isTaught, rememberLessons } from './lessons.ts'
import { FRESH, modelRow, readModel, removeModel, writeModel } from './model-rows.ts'
import type { ModelPlace, ModelRow } from './model-rows.ts'
import type { TrainableModel } from './model.ts'
import { countAbove, lastOrder, removeSample, samplesBetween, samplesStillThere } from './samples.ts'
import type { Sample, SpamTx } from './samples.ts'

/** In one transaction: a second or two of work, of which a crash loses no more. */
export const SAMPLES_AT_ONCE_MAX = 1_000
/** Between two looks at whether to stop. Each takes about as long as to read a message. */
const SAMPLES_UNTOLD_MAX = 20

/** Of a message: the text of a larger one stands before its attachments. */
const BYTES_READ_MAX = 1_000_000

/** Hears how far it got, and throws when it is to stop. */
export type Told = (progress: JsonObject) => Promise<void>

export interface SpamTrainingDependencies<Tx extends SpamTx> {
  readonly store: DomainStore<Tx>
  readonly clock: Pick<Clock, 'now' | 'breathe'>
  readonly ids: IdSource
}

export class SpamTraining<Tx extends SpamTx = SpamTx> {
  readonly #store: DomainStore<Tx>
  readonly #clock: Pick<Clock, 'now' | 'breathe'>
  readonly #ids: IdSource

  constructor({ store, clock, ids }: SpamTrainingDependencies<Tx>) {
    this.#store = store
    this.#clock = clock
    this.#ids = ids
  }

  /** Learns what is new, after it has ended a training anew that somebody has begun. Says what it did. */
  async train(told: Told): Promise<string> {
    if (await this.#store.read(tx => modelRow(tx, 'next')) !== null) await this.#finishNext(told)
    const learnt = await this.#learnAll('used', told)
    return learnt === 0 ? 'there was nothing new' : `learnt ${learnt} samples`
  }

  /** Learns all samples that there are in a new model, which then takes the place of the other one. A repeat by the same task goes on. */
  async retrain(taskId: Id, told: Told): Promise<string> {
    await this.#store.transact(async tx => {
      const [used, next] = [await modelRow(tx, 'used'), await modelRow(tx, 'next')]
      if (used?.body.anewBy === taskId || next?.body.anewBy === taskId) return
      if (next !== null) await removeModel(tx, 'next')
      await writeModel(tx, 'next', null, { ...FRESH, memory: this.#ids.next(), anewBy: taskId })
    })
    await this.train(told)
    const { spam, ham } = (await this.#store.read(tx => modelRow(tx, 'used')))?.body ?? FRESH
    return `learnt anew from ${spam} spam and ${ham} other samples`
  }

  /** Forgets everything that was learnt; samples stay, and the next training begins with the first of them. */
  async reset(): Promise<string> {
    const were = await this.#store.transact(async tx => [await removeModel(tx, 'next'), await removeModel(tx, 'used')])
    return were.includes(true) ? 'forgotten' : 'nothing had been learnt'
  }

  /** Gives up a training anew that was begun; what is in use stays. */
  async discard(): Promise<boolean> {
    return this.#store.transact(tx => removeModel(tx, 'next'))
  }

  async #finishNext(told: Told): Promise<void> {
    await this.#learnAll('next', told)
    await this.#store.transact(async tx => {
      const [used, next] = [await modelRow(tx, 'used'), await modelRow(tx, 'next')]
      if (next === null) return
      await writeModel(tx, 'used', used, next.body)
      await removeModel(tx, 'next')
    })
  }

  /** How many samples were learnt. */
  async #learnAll(place: ModelPlace, told: Told): Promise<number> {
    let row = await this.#store.read(tx => modelRow(tx, place))
    if (place === 'next' && row === null) return 0
    const memory = (row?.body.memory ?? '') || this.#ids.next()
    const model = await readModel(this.#store, place, row?.body ?? FRESH)
    const total = await this.#store.read(tx => countAbove(tx, row?.body.upTo ?? 0))
    let [done, learnt] = [0, 0]
    for (;;) {
      const after = row?.body.upTo ?? 0
      const { upTo, samples } = await this.#store.read(async tx => {
        const last = Math.min(await lastOrder(tx), after + SAMPLES_AT_ONCE_MAX)
        return { upTo: last, samples: last === after ? [] : await samplesBetween(tx, after, last) }
      })
      if (upTo === after) return learnt
      const lessons: Sample[] = []
      for (const sample of alternately(samples.map(each => ({ ...each, isSpam: each.body.isSpam })))) {
        if (done % SAMPLES_UNTOLD_MAX === 0) await told({ done, total })
        if (await this.#learn(model, memory, sample)) lessons.push(sample)
        done++
      }
      await told({ done, total })
      learnt += lessons.length
      row = await this.#save(place, row, model, { upTo, memory, lessons, used: samples.filter(({ body }) => body.deleteAfterUse) })
    }
  }

  /** False: there is nothing to learn of it. */
  async #learn(model: TrainableModel, memory: Id, { body }: Sample): Promise<boolean> {
    const content = await this.#store.read(async tx => await isTaught(tx, memory, body) ? null : tx.blobs.get(body.blobId))
    // Mail is served between two messages.
    await this.#clock.breathe()
    if (content === null) return false
    model.learn(featuresOf(await parseMessage(content.subarray(0, BYTES_READ_MAX))), body.isSpam)
    return true
  }

  async #save(
    place: ModelPlace, row: ModelRow | null, model: TrainableModel,
    { upTo, memory, lessons, used }: { readonly upTo: number; readonly memory: Id; readonly lessons: readonly Sample[]; readonly used: readonly Sample[] },
  ): Promise<ModelRow> {
    const isLearnt = lessons.length > 0
    const pack = (numbers: Float32Array): Promise<Buffer> => packNumbers(numbers, () => this.#clock.breathe())
    const [weights, squares] = isLearnt ? [await pack(model.weights), await pack(model.squares)] : [null, null]
    return this.#store.transact(async tx => {
      const former = row?.body ?? FRESH
      const content = weights && squares ? { weights: await tx.blobs.put(weights), squares: await tx.blobs.put(squares) } : former.content
      const trainedAt = isLearnt ? this.#clock.now() : former.trainedAt
      await writeModel(tx, place, row, { ...former, ...model.learnt, upTo, memory, trainedAt, content })
      const other = await modelRow(tx, place === 'used' ? 'next' : 'used')
      // Of an account that has gone meanwhile nothing is written any more: its samples go before its lessons.
      const taught = (await samplesStillThere(tx, lessons)).map(({ body }) => body)
      await rememberLessons(tx, memory, other === null ? [] : [other.body.memory], taught, this.#clock.now())
      for (const sample of used) await removeSample(tx, sample)
      const written = await modelRow(tx, place)
      if (written === null) throw new Error('a row that was just written is gone')
      return written
    })
  }
}
