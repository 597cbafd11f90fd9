/** From what people say of their mail to where the next message goes, on one node and the memory store. */
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { corpus } from '../support/spam-corpus.ts'
import { plainMail } from '../support/mail-samples.ts'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { idSource, type Id, type IdSource } from '../../src/base/ids.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { Catalogue } from '../../src/engine/catalogue.ts'
import { SAMPLES_OF_ACCOUNT_MAX, SPAM_SAMPLE } from '../../src/registry/objects/spam-training-sample.ts'
import { SINGLETON_ID } from '../../src/registry/schema/object.ts'
import { buildMail, type Mail } from '../../src/server/mail.ts'
import { openMemoryStore } from '../../src/store/memory/store.ts'
import type { Store, Tx } from '../../src/store/store.ts'
import { VARIANTS } from '../../src/tasks/catalogue.ts'
import { lanes } from '../../src/tasks/lanes.ts'
import { EMAIL, idOf } from '../../src/services/mailstore/mailstore.ts'
import { MODEL_FORMAT } from '../../src/services/spam/model-bytes.ts'
import { modelRow, SPAM_MODEL } from '../../src/services/spam/model-rows.ts'
import { NOBODY, purgeSamples } from '../../src/services/spam/samples.ts'
import { SAMPLES_AT_ONCE_MAX } from '../../src/services/spam/training.ts'

const [ANN, BOB]: [Id, Id] = ['00000000000an', '00000000000bo']
const [INBOX, JUNK, TRASH, ARCHIVE] = [idOf('inbox'), idOf('junk'), idOf('trash'), idOf('archive')]
const DAY_MS = 86_400_000
const silent = (): Promise<void> => Promise.resolve()

describe('the spam filter', () => {
  let clock: VirtualClock
  let store: Store
  let ids: IdSource
  let mail: Mail
  beforeEach(async () => {
    clock = new VirtualClock()
    store = await openMemoryStore({ clock })
    ids = idSource(1, clock)
    mail = buildMail(store, new Catalogue(VARIANTS, lanes()), ids, clock)
    await store.transact(async tx => { for (const id of [ANN, BOB]) await tx.objects.insert('Account', id, { '@type': 'User' }, [], []) })
  })

  const read = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => store.read(work)
  const samples = () => read(async tx => (await tx.objects.get(SPAM_SAMPLE, await tx.objects.query(SPAM_SAMPLE, { where: [], ascending: true, limit: 10_000 }))).map(({ body }) => body))
  const write = (name: string, body: JsonObject) => store.transact(async tx => {
    const [old] = await tx.objects.get(name, [SINGLETON_ID])
    if (old) await tx.objects.update(name, SINGLETON_ID, old.version, body, [], [])
    else await tx.objects.insert(name, SINGLETON_ID, body, [], [])
  })

  async function deliver(content: Uint8Array, accountId = ANN): Promise<Id> {
    const [result] = await mail.delivery.deliver({ recipients: [{ accountId, quotaBytes: null }], content })
    assert(result?.kind === 'delivered', JSON.stringify(result))
    return result.id
  }
  const record = (id: Id, accountId = ANN) => read(async tx => (await mail.mailStore.emails(tx, accountId, [id]))[0]?.record ?? assert.fail())
  async function change(id: Id, change: { readonly mailboxIds?: readonly Id[]; readonly keywords?: readonly string[] }, accountId = ANN): Promise<void> {
    const set = (members: readonly string[]) => Object.fromEntries(members.map(member => [member, true as const]))
    await store.transact(tx => mail.mailStore.update(tx, accountId, async account => {
      const [email] = await mail.mailStore.emails(tx, accountId, [id])
      assert(email)
      await account.changeAsOwner(id, email.record, {
        ...change.mailboxIds ? { mailboxIds: set(change.mailboxIds) } : {}, ...change.keywords ? { keywords: set(change.keywords) } : {},
      })
    }))
  }
  /** Says of a made-up corpus what it is, as its owner. */
  async function teach(count: number, seed = 1): Promise<void> {
    for (const { content, isSpam } of corpus(count, seed)) {
      const id = await deliver(content)
      if (isSpam) await change(id, { mailboxIds: [JUNK] })
      else await change(id, { keywords: ['$notjunk'] })
    }
  }
  const inBox = async (content: Uint8Array): Promise<string> => Object.keys((await record(await deliver(content))).mailboxIds).join()
  const spamLike = () => corpus(2, 99)[0]?.content ?? assert.fail()
  const mailLike = () => corpus(2, 99)[1]?.content ?? assert.fail()

  it('learns from what owners do, and then files what is like it', async () => {
    await write('SpamClassifier', { minSpamSamples: 20, minHamSamples: 20 })
    await mail.spamFilter.reload()
    await teach(200)
    assert.equal(await inBox(spamLike()), INBOX, 'nothing was learnt yet')
    assert.equal(await mail.spamTraining.train(silent), 'learnt 200 samples')
    assert.equal(await inBox(spamLike()), INBOX, 'no node has read it yet')
    await mail.spamFilter.reload()
    assert.equal(await inBox(spamLike()), JUNK)
    assert.equal(await inBox(mailLike()), INBOX)
    const held = corpus(200, 5)
    const filed = await Promise.all(held.map(({ content }) => inBox(content)))
    const right = held.filter(({ isSpam }, nth) => (filed[nth] === JUNK) === isSpam).length
    assert.ok(right > 190, `${right} of 200`)
    assert.equal(held.filter(({ isSpam }, nth) => !isSpam && filed[nth] === JUNK).length, 0, 'mail in Junk')
    const { blobId, size } = await record(await deliver(spamLike()))
    const stored = Buffer.from(await read(tx => mail.mailStore.content(tx, blobId))).toString()
    assert.match(stored, /^X-Spam-Status: Yes, score=5\.0 required=5\.0\r\n\ttests=CLASSIFIED_SPAM\r\nFrom: /)
    assert.equal(size, stored.length)
    const forged = await record(await deliver(Buffer.concat([Buffer.from('X-Spam-Status: No, score=-100\r\n'), spamLike()])))
    assert.deepEqual([Object.keys(forged.mailboxIds), forged.size], [[JUNK], size], 'what the sender wants to be believed is gone')
  })

  it('classifies nothing before enough of both was learnt', async () => {
    await write('SpamClassifier', { minSpamSamples: 100, minHamSamples: 101 })
    await teach(200)
    await mail.spamTraining.train(silent)
    await mail.spamFilter.reload()
    assert.equal(await inBox(spamLike()), INBOX)
    await write('SpamClassifier', { minSpamSamples: 100, minHamSamples: 100 })
    await mail.spamFilter.reload()
    assert.equal(await inBox(spamLike()), JUNK)
    await write('SpamSettings', { enable: false })
    await mail.spamFilter.reload()
    assert.equal(await inBox(spamLike()), INBOX)
    await write('SpamSettings', { enable: true, scoreSpam: 5.1 })
    await mail.spamFilter.reload()
    assert.equal(await inBox(spamLike()), INBOX)
  })

  it('takes for said what an owner does, and for nothing what he does not mean', async () => {
    const [one, two, three] = [await deliver(plainMail('one')), await deliver(plainMail('two')), await deliver(plainMail('three'))]
    const said = async () => (await samples()).map(({ isSpam }) => isSpam)
    await change(one, { mailboxIds: [ARCHIVE], keywords: ['$seen'] })
    assert.deepEqual(await said(), [])
    await change(one, { mailboxIds: [JUNK] })
    assert.deepEqual(await said(), [true])
    await change(one, { mailboxIds: [TRASH] })
    assert.deepEqual(await said(), [true], 'whoever empties his Junk does not take it for mail')
    await change(two, { keywords: ['$junk'] })
    await change(two, { keywords: ['$junk', '$seen'] })
    assert.deepEqual(await said(), [true, true], 'once')
    await change(two, { keywords: ['$notjunk'] })
    assert.deepEqual(await said(), [true, false], 'the last word counts')
    await change(three, { mailboxIds: [JUNK], keywords: ['$notjunk'] })
    assert.equal((await said()).length, 2, 'who says both says nothing')
    await change(three, { mailboxIds: [INBOX, ARCHIVE], keywords: [] })
    assert.deepEqual((await said()).length, 3)
    await write('SpamSettings', { enable: false })
    await change(three, { mailboxIds: [JUNK] })
    assert.deepEqual(await said(), [true, false, false], 'nobody asks')
  })

  it('keeps no more of one account than it may have, and its mail moves all the same', async () => {
    await store.transact(async tx => {
      for (let nth = 0; nth < SAMPLES_OF_ACCOUNT_MAX; nth++) {
        await tx.objects.insert(SPAM_SAMPLE, ids.next(), {}, [{ field: 'accountId', value: ANN, unique: false }], [])
      }
    })
    const id = await deliver(plainMail('one too many'))
    await change(id, { mailboxIds: [JUNK] })
    assert.deepEqual(Object.keys((await record(id)).mailboxIds), [JUNK])
    await change(await deliver(plainMail('of somebody else'), BOB), { mailboxIds: [JUNK] }, BOB)
    assert.equal(await read(tx => tx.objects.count(SPAM_SAMPLE, [{ field: 'accountId', value: ANN }])), SAMPLES_OF_ACCOUNT_MAX)
    assert.equal(await read(tx => tx.objects.count(SPAM_SAMPLE, [{ field: 'accountId', value: BOB }])), 1)
  })

  it('learns each sample once, however often it is asked, and those that come later', async () => {
    await teach(10)
    assert.equal(await mail.spamTraining.train(silent), 'learnt 10 samples')
    assert.equal(await mail.spamTraining.train(silent), 'there was nothing new')
    const before = await read(tx => modelRow(tx, 'used'))
    await teach(4, 2)
    assert.equal(await mail.spamTraining.train(silent), 'learnt 4 samples')
    const { body } = await read(tx => modelRow(tx, 'used')) ?? assert.fail()
    assert.deepEqual([body.spam, body.ham, body.upTo], [7, 7, 14])
    assert.equal(await read(tx => tx.blobs.get(before?.body.content?.weights ?? '')), null, 'what was in use before is gone at once')
  })

  it('counts what one person says of one message once, however often it is said again after a training', async () => {
    await teach(10)
    const content = spamLike()
    const [mine, his] = [await deliver(content), await deliver(content, BOB)]
    const says = (isSpam: boolean) => change(mine, isSpam ? { mailboxIds: [JUNK] } : { keywords: ['$notjunk'], mailboxIds: [INBOX] })
    const learnt: string[] = []
    for (const isSpam of [true, false, true, false]) {
      await says(isSpam)
      learnt.push(await mail.spamTraining.train(silent))
    }
    assert.deepEqual(learnt, ['learnt 11 samples', 'learnt 1 samples', 'there was nothing new', 'there was nothing new'])
    await change(his, { mailboxIds: [JUNK] }, BOB)
    assert.equal(await mail.spamTraining.train(silent), 'learnt 1 samples', 'another person')
    await mail.spamTraining.retrain('0000000000007', silent)
    const { spam, ham } = (await read(tx => modelRow(tx, 'used')))?.body ?? assert.fail()
    assert.deepEqual([spam, ham], [6, 6], 'a new model learns what stands there')
    await says(true)
    assert.equal(await mail.spamTraining.train(silent), 'learnt 1 samples', 'the new model was not told that')
    await says(false)
    assert.equal(await mail.spamTraining.train(silent), 'there was nothing new', 'but this')
  })

  it('remembers as much of models that are gone as if there had been one', async () => {
    await teach(10)
    const lessons = () => read(tx => tx.keys.list('spam-lesson/', 100))
    await mail.spamTraining.train(silent)
    const former = (await read(tx => modelRow(tx, 'used')))?.body.memory ?? assert.fail()
    await assert.rejects(mail.spamTraining.retrain('0000000000006', async ({ done }) => { if (done === 10) throw new Error('stop') }), /stop/)
    await mail.spamTraining.discard()
    assert.deepEqual((await lessons()).map(({ value }) => Object.keys(value)), Array.from({ length: 10 }, () => [former]))
    for (const taskId of ['0000000000007', '0000000000008', '0000000000009']) await mail.spamTraining.retrain(taskId, silent)
    const { memory } = (await read(tx => modelRow(tx, 'used')))?.body ?? assert.fail()
    // The last retraining found its predecessor in use.
    const names = new Set((await lessons()).flatMap(({ value }) => Object.keys(value)))
    assert.deepEqual([(await lessons()).length, names.size, names.has(memory), names.has(former)], [10, 2, true, false])
  })

  it('remembers no lesson of an account that goes while it is learnt', async () => {
    await teach(2)
    let isOver = false
    const told = async ({ done }: JsonObject) => {
      if (done !== 2 || isOver) return
      isOver = true
      await store.transact(tx => tx.objects.remove('Account', ANN))
      await mail.removal.begin(ANN)
      for await (const _ of mail.removal.remove(ANN)) { /* to its end */ }
    }
    assert.equal(await mail.spamTraining.train(told), 'learnt 2 samples')
    assert.ok(isOver)
    assert.deepEqual(await read(tx => tx.keys.list('spam-lesson/', 10)), [])
  })

  it('trains anew beside the model that is in use, which stays until the other is whole', async () => {
    await write('SpamClassifier', { minSpamSamples: 20, minHamSamples: 20 })
    await teach(100)
    await mail.spamTraining.train(silent)
    const used = () => read(async tx => (await modelRow(tx, 'used'))?.body)
    const before = await used()
    await assert.rejects(mail.spamTraining.retrain('0000000000007', () => Promise.reject(new Error('stop'))), /stop/)
    assert.deepEqual(await used(), before)
    assert.equal(await mail.spamTraining.train(silent), 'there was nothing new', 'the next training of either kind ends it')
    const { trainedAt: _, anewBy, memory, ...after } = await used() ?? assert.fail()
    assert.equal(anewBy, '0000000000007')
    const { trainedAt: _before, anewBy: _anewBy, memory: former, ...same } = before ?? assert.fail()
    assert.notEqual(memory, former)
    assert.deepEqual(after, same, 'the same samples in the same order')
    assert.equal(await read(tx => modelRow(tx, 'next')), null)
    assert.match(await mail.spamTraining.retrain('0000000000007', silent), /50 spam and 50 other/)
    assert.equal((await used())?.anewBy, '0000000000007', 'a repeat of a task that is done begins nothing')
  })

  it('can be told to forget, and to give up what was begun', async () => {
    await teach(10)
    await mail.spamTraining.train(silent)
    await assert.rejects(mail.spamTraining.retrain('0000000000007', () => Promise.reject(new Error('stop'))), /stop/)
    assert.equal(await mail.spamTraining.discard(), true)
    assert.equal(await mail.spamTraining.discard(), false)
    assert.equal(await mail.spamTraining.train(silent), 'there was nothing new')
    const content = (await read(tx => modelRow(tx, 'used')))?.body.content
    assert.equal(await mail.spamTraining.reset(), 'forgotten')
    assert.equal(await mail.spamTraining.reset(), 'nothing had been learnt')
    assert.deepEqual(await Promise.all([content?.weights, content?.squares].map(hash => read(tx => tx.blobs.get(hash ?? '')))), [null, null])
    assert.equal(await mail.spamTraining.train(silent), 'learnt 10 samples', 'the samples stay')
  })

  it('refuses one of two trainings that overtake each other', async () => {
    await teach(10)
    let other: string | null = null
    await assert.rejects(mail.spamTraining.train(async () => { other ??= await mail.spamTraining.train(silent) }), /somebody else has trained/)
    assert.equal(other, 'learnt 10 samples')
    assert.equal((await read(tx => modelRow(tx, 'used')))?.body.spam, 5)
  })

  it('goes on without a model that cannot be read, and says why', async () => {
    await write('SpamClassifier', { minSpamSamples: 5, minHamSamples: 5 })
    await teach(100)
    await mail.spamTraining.train(silent)
    const { version, body } = await read(tx => modelRow(tx, 'used')) ?? assert.fail()
    const put = async (content: Uint8Array | string) => {
      const hash = typeof content === 'string' ? content : await store.transact(async tx => {
        const stored = await tx.blobs.put(content)
        await tx.blobs.link(stored, { accountId: NOBODY, collection: SPAM_MODEL, id: '0000000000001' })
        return stored
      })
      return { ...body, content: { weights: hash, squares: hash } }
    }
    const broken = [
      [{ ...body, format: MODEL_FORMAT + 1 }, /format 2, and this version reads 1/],
      [await put(Buffer.from('no model')), /cut off/],
      [await put(Buffer.from('0400000001020304', 'hex')), /cannot be unpacked/],
      [await put(Buffer.from('020000000300', 'hex')), /has 0 numbers instead of/],
      [await put('gone'), /content is missing/],
    ] as const
    let at = version
    for (const [wrong, why] of broken) {
      await store.transact(tx => tx.objects.update(SPAM_MODEL, '0000000000001', at++, wrong, [], []))
      await mail.spamFilter.reload()
      assert.match(mail.spamFilter.problem ?? '', why)
      assert.equal(await inBox(spamLike()), INBOX)
      await assert.rejects(mail.spamTraining.train(silent), { code: 'spam/unreadable-model' }, 'and it is not written over')
    }
    await mail.spamTraining.retrain('0000000000008', silent)
    await mail.spamFilter.reload()
    assert.equal(mail.spamFilter.problem, null)
    assert.equal(await inBox(spamLike()), JUNK)
  })

  it('learns more samples than one transaction takes, and removes those that are for one use', async () => {
    const blobs = await store.transact(async tx => Promise.all(corpus(SAMPLES_AT_ONCE_MAX + 10, 1).map(async ({ content, isSpam }) => ({ blobId: await tx.blobs.put(content), isSpam }))))
    const count = SAMPLES_AT_ONCE_MAX + 10
    await store.transact(async tx => {
      for (let nth = 0; nth < count; nth++) {
        const order = String(await tx.documents.draw(NOBODY, SPAM_SAMPLE, 1)).padStart(16, '0')
        const { blobId = '', isSpam = false } = blobs[nth] ?? {}
        const body = { accountId: ANN, blobId, isSpam, deleteAfterUse: nth % 10 === 0, from: '', subject: '', expiresAt: '2026-03-01T00:00:00Z' }
        await tx.objects.insert(SPAM_SAMPLE, ids.next(), body, [{ field: 'order', value: order, unique: false }, { field: 'expiresAt', value: body.expiresAt, unique: false }], [])
      }
    })
    let told = 0
    assert.equal(await mail.spamTraining.train(async () => { told++ }), `learnt ${count} samples`)
    assert.ok(told > count / 20)
    assert.equal((await samples()).length, count * 0.9)
    await clock.advance(90 * DAY_MS)
    assert.equal(await store.transact(tx => purgeSamples(tx, clock.now(), 600)), 600)
    assert.equal(await store.transact(tx => purgeSamples(tx, clock.now(), 600)), count * 0.9 - 600)
  })

  it('leaves nothing of an account that goes', async () => {
    const id = await deliver(plainMail('of ann alone'))
    await change(id, { mailboxIds: [JUNK] })
    await mail.spamTraining.train(silent)
    assert.equal((await read(tx => tx.keys.list('spam-lesson/', 10))).length, 1)
    const { blobId } = await record(id)
    await store.transact(tx => tx.objects.remove('Account', ANN))
    await mail.removal.begin(ANN)
    for await (const _ of mail.removal.remove(ANN)) { /* to its end */ }
    assert.deepEqual([await samples(), await read(tx => tx.keys.list('spam-lesson/', 10))], [[], []])
    assert.equal(await read(tx => tx.blobs.get(blobId)), null)
    assert.deepEqual(await read(tx => tx.documents.list(ANN, EMAIL, 10)), [])
  })
})
