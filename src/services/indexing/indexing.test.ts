import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { BROKEN, HTML_ONLY, ISO_2022_JP, LATIN1, MULTIPART, plainMail } from '../../../test/support/mail-samples.ts'
import { ANN, BOB, mailWorld } from '../../../test/support/mail-world.ts'
import type { MailWorld } from '../../../test/support/mail-world.ts'
import type { MailRecipient } from '../directory/directory.ts'
import { EMAIL } from '../mailstore/mailstore.ts'
import type { SearchField } from '../ports.ts'
import { expressionOf, stemsOf } from '../search/search.ts'
import { Indexing } from './indexing.ts'

const GERMAN = 'Die Häuser in den Straßen wurden gestern gestrichen, und die Kinder spielten in den Gärten der Nachbarn. ' +
  'Bitte denken Sie an die Rechnungen, die vor den Besprechungen bezahlt werden müssen, weil das Büro danach schließt.'

let world: MailWorld
beforeEach(async () => { world = await mailWorld() })
afterEach(() => world.close())

async function find(text: string, { owner = BOB, field }: { owner?: MailRecipient; field?: SearchField } = {}): Promise<string[]> {
  return world.store.read(async tx => {
    const languages = await world.indexing.languages(tx, owner.accountId)
    const expression = expressionOf(text, await stemsOf(languages), field)
    return expression === null ? [] : tx.search.query(owner.accountId, EMAIL, expression, 100)
  })
}

test('a delivered message is found by its words once its task has run', async () => {
  const id = await world.deliver(MULTIPART)
  assert.deepEqual(await find('figures'), [])
  assert.deepEqual(await world.runSearchTasks(), [{ kind: 'done' }])
  for (const text of ['figures', 'grüße', 'grusse', 'quarterly', 'anna@example.org', 'carl', 'figures-2025.pdf', 'FIGURES enclosed']) {
    assert.deepEqual(await find(text), [id], text)
  }
  assert.deepEqual(await find('figures kitchen'), [])
  assert.deepEqual(await find('figures', { owner: ANN }), [])
  assert.deepEqual(await world.tasks(), [])
})

test('each field is searched by itself', async () => {
  const id = await world.deliver(plainMail('about bicycles', { subject: 'Invoice', from: 'Zoe <zoe@example.org>', cc: 'carl@example.com' }))
  await world.runSearchTasks()
  assert.deepEqual(await find('invoice', { field: 'subject' }), [id])
  assert.deepEqual(await find('invoice', { field: 'body' }), [])
  assert.deepEqual(await find('zoe', { field: 'from' }), [id])
  assert.deepEqual(await find('carl', { field: 'cc' }), [id])
  assert.deepEqual(await find('bob', { field: 'to' }), [id])
})

test('words are found in other forms and other charsets', async () => {
  const german = await world.deliver(plainMail(GERMAN, { subject: 'Nachrichten' }))
  const latin = await world.deliver(LATIN1)
  const japanese = await world.deliver(ISO_2022_JP)
  const html = await world.deliver(HTML_ONLY)
  const broken = await world.deliver(BROKEN)
  await world.runSearchTasks()
  assert.deepEqual(await find('Haus'), [german])
  assert.deepEqual(await find('rechnung'), [german])
  assert.deepEqual(await find('köln'), [latin])
  assert.deepEqual(await find('会議'), [japanese])
  assert.deepEqual(await find('bicycles'), [html])
  assert.deepEqual(await find('boundary'), [broken])
  assert.ok((await world.store.read(tx => world.indexing.languages(tx, BOB.accountId))).includes('de'))
})

test('indexing twice changes nothing', async () => {
  const id = await world.deliver(plainMail('bicycles'))
  const again = [{ accountId: BOB.accountId, documentId: id }]
  const signal = new AbortController().signal
  assert.deepEqual(await world.indexing.index(again, signal), [{ kind: 'indexed' }])
  assert.deepEqual(await world.indexing.index([...again, ...again], signal), [{ kind: 'indexed' }, { kind: 'indexed' }])
  assert.deepEqual(await find('bicycles'), [id])
})

test('a message that is gone is done, and leaves the index', async () => {
  const id = await world.deliver(plainMail('bicycles'))
  await world.runSearchTasks()
  await world.store.transact(tx => tx.documents.remove(BOB.accountId, EMAIL, [id]))
  const replies = await world.indexing.index([{ accountId: BOB.accountId, documentId: id }], new AbortController().signal)
  assert.deepEqual(replies, [{ kind: 'gone' }])
  assert.deepEqual(await find('bicycles'), [])
})

test('a message that goes while it is indexed is not left in the index, though its own task has run before', async () => {
  const id = await world.deliver(plainMail('bicycles'))
  const document = { accountId: BOB.accountId, documentId: id }
  // As a task does that was queued under another ordering key, on another node.
  const store: MailWorld['store'] = { ...world.store, async transact(work) {
    await world.store.transact(tx => tx.documents.remove(BOB.accountId, EMAIL, [id]))
    await world.indexing.unindex([document])
    return world.store.transact(work)
  } }
  await new Indexing({ store, mailStore: world.mailStore }).index([document], new AbortController().signal)
  assert.deepEqual(await find('bicycles'), [])
})

test('a destroyed message leaves the index with its task', async () => {
  const id = await world.deliver(plainMail('bicycles'))
  const kept = await world.deliver(plainMail('bicycles too'))
  await world.runSearchTasks()
  await world.store.transact(tx => world.mailStore.update(tx, BOB.accountId, async account => {
    const [email] = await world.mailStore.emails(tx, BOB.accountId, [id])
    assert(email)
    await account.remove([email])
  }))
  assert.deepEqual(await world.runSearchTasks(), [{ kind: 'done' }])
  assert.deepEqual(await find('bicycles'), [kept])
})

test('what no document can be named is gone, not an error', async () => {
  const documents = ['', 'nothing', '\0', '0'.repeat(13)].map(documentId => ({ accountId: BOB.accountId, documentId }))
  const replies = await world.indexing.index(documents, new AbortController().signal)
  assert.deepEqual(replies.map(reply => reply.kind), ['gone', 'gone', 'gone', 'gone'])
  await world.indexing.unindex(documents)
})

test('a document that cannot be indexed fails alone', async () => {
  const good = await world.deliver(plainMail('bicycles'))
  const bad = await world.deliver(plainMail('boats'))
  const lost = await world.deliver(plainMail('trains'))
  await world.store.transact(async tx => {
    const [broken, lostEmail] = await tx.documents.get(BOB.accountId, EMAIL, [bad, lost])
    assert(broken && lostEmail)
    await tx.documents.put(BOB.accountId, EMAIL, bad, { ...broken.body, parts: 'no list' }, [])
    await tx.documents.put(BOB.accountId, EMAIL, lost, { ...lostEmail.body, blobId: 'x'.repeat(43) }, [])
  })
  const outcomes = await world.runSearchTasks()
  assert.deepEqual(outcomes.map(outcome => outcome.kind), ['done', 'retry', 'fail'])
  assert.deepEqual(await find('bicycles'), [good])
  assert.deepEqual((await world.tasks()).map(task => task.payload['documentId']), [bad, lost])
})

test('stops between two messages when it is told to', async () => {
  await world.deliver(plainMail('bicycles'))
  const id = await world.deliver(plainMail('boats'))
  const signal = AbortSignal.abort(new Error('lease lost'))
  await assert.rejects(world.indexing.index([{ accountId: BOB.accountId, documentId: id }], signal), /lease lost/)
  assert.deepEqual(await find('boats'), [])
})
