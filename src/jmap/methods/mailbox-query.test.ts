import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { mailCalls, refused } from '../../../test/support/mail-calls.ts'
import type { Call } from '../../../test/support/mail-calls.ts'
import { mailWorld } from '../../../test/support/mail-world.ts'
import type { MailWorld } from '../../../test/support/mail-world.ts'

const [INBOX, DRAFTS, SENT, ARCHIVE, JUNK, TRASH] = [1, 2, 3, 4, 5, 6].map(order => String(order).padStart(13, '0'))

let world: MailWorld
let call: Call
before(async () => {
  world = await mailWorld()
  call = mailCalls(world)
})
after(() => world.close())

const ids = async (args: JsonObject) => (await call('Mailbox/query', args))['ids']
const found = (filter: JsonObject) => ids({ filter })

test('an account that never had mail has an inbox to be found', async () => {
  const reply = await call('Mailbox/query', { filter: { role: 'inbox' }, calculateTotal: true })
  assert.deepEqual([reply['ids'], reply['total'], reply['position'], reply['canCalculateChanges']], [[INBOX], 1, 0, false])
  assert.equal(typeof reply['queryState'], 'string')
})

test('all of them are in their own order', async () => {
  assert.deepEqual(await ids({}), [INBOX, DRAFTS, SENT, ARCHIVE, JUNK, TRASH])
  assert.deepEqual(await ids({ filter: null, sort: null, sortAsTree: true, filterAsTree: true }), await ids({}))
})

test('filters', async () => {
  assert.deepEqual(await found({ name: 'R' }), [DRAFTS, ARCHIVE, TRASH])
  assert.deepEqual(await found({ name: 'r', role: 'trash' }), [TRASH])
  assert.deepEqual(await found({ role: null }), [])
  assert.deepEqual(await found({ role: 'important' }), [])
  assert.equal((await found({ parentId: null }) as unknown[]).length, 6)
  assert.deepEqual(await found({ parentId: INBOX ?? '' }), [])
  assert.equal((await found({ hasAnyRole: true, isSubscribed: true }) as unknown[]).length, 6)
  assert.deepEqual(await found({ hasAnyRole: false }), [])
  assert.deepEqual(await found({ isSubscribed: false }), [])
  const [sent, junk] = [{ role: 'sent' }, { role: 'junk' }]
  assert.deepEqual(await found({ operator: 'OR', conditions: [junk, sent] }), [SENT, JUNK])
  assert.deepEqual(await found({ operator: 'AND', conditions: [junk, sent] }), [])
  assert.deepEqual(await found({ operator: 'NOT', conditions: [{ operator: 'OR', conditions: [junk, sent] }, { name: 'r' }] }), [INBOX])
})

test('sorting and pages', async () => {
  assert.deepEqual(await ids({ sort: [{ property: 'name' }] }), [ARCHIVE, DRAFTS, INBOX, JUNK, SENT, TRASH])
  const last = { sort: [{ property: 'parentId' }, { property: 'sortOrder', isAscending: false }] }
  assert.deepEqual(await ids({ ...last, limit: 2 }), [TRASH, JUNK])
  assert.deepEqual(await ids({ position: -2 }), [JUNK, TRASH])
  assert.deepEqual(await ids({ anchor: SENT ?? '', anchorOffset: -1, limit: 2 }), [DRAFTS, SENT])
  const whole = await call('Mailbox/query', { limit: 1, calculateTotal: true })
  assert.deepEqual([whole['total'], whole['limit']], [6, undefined])
  assert.equal((await call('Mailbox/query'))['limit'], 500)
})

test('what it does not know is refused by its name', async () => {
  for (const filter of [{ colour: 'red' }, { role: 7 }, { name: null }, { parentId: 7 }, { hasAnyRole: 'yes' }, { isSubscribed: 1 },
    { operator: 'XOR', conditions: [] }, { operator: 'AND', conditions: {} }, { operator: 'AND', conditions: [7] }] as readonly JsonObject[]) {
    await refused(call('Mailbox/query', { filter }), 'unsupportedFilter')
  }
  const deep = Array.from({ length: 11 }).reduce<JsonObject>(inner => ({ operator: 'AND', conditions: [inner] }), {})
  await refused(call('Mailbox/query', { filter: deep }), 'unsupportedFilter', /deep/)
  for (const sort of [[{ property: 'colour' }], [{ property: 'name', isAscending: 1 }], [7], [{ property: 'toString' }]]) {
    await refused(call('Mailbox/query', { sort }), 'unsupportedSort', /sortOrder/)
  }
  await refused(call('Mailbox/query', { anchor: 'nobody' }), 'anchorNotFound')
  await refused(call('Mailbox/query', { sortAsTree: 'yes' }), 'invalidArguments', /sortAsTree/)
})
