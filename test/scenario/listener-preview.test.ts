/** `x:NetworkListener/preview` against what really happens: asked first, then done, then compared with what the node says of its addresses. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { list, part } from '../support/api-call.ts'
import { eventually, startServer } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'

/** Any free port: the socket gets one, the object keeps the zero. */
const [ONE, OTHER] = ['127.0.0.1:0', '127.0.0.2:0']

describe('the preview of a listener', () => {
  let node: TestServer
  before(async () => { node = await startServer() })
  after(() => node.stop())

  const set = async (verb: string, args: JsonObject) => (await node.call([[`x:NetworkListener/${verb}`, args]]))[0] ?? {}
  const told = ({ nodes }: JsonObject) => (nodes as unknown as JsonObject[]).flatMap(({ hostname, addresses }) =>
    (addresses as unknown as JsonObject[]).map(({ listener, address, effect }) => [hostname, listener, address, effect].map(String).join(' ')))
  const addresses = async () => Object.values(part((await list(node, 'ClusterNode'))[0], 'addresses')) as JsonObject[]
  const listening = async () => (await addresses()).filter(({ state }) => state === 'up').map(({ listener, address }) => `${String(listener)} ${String(address)}`)
  const hosts = async () => (await listening()).filter(each => each.startsWith('extra')).map(each => each.replace(/^extra /, '').replace(/:\d+$/, ':0')).toSorted()

  /** Asks, sees that nothing was written and nothing was opened, and does it. */
  async function done(args: JsonObject): Promise<readonly string[]> {
    const counts = async () => (await node.call([['x:AuditEntry/query', { calculateTotal: true, limit: 1 }], ['x:NetworkListener/get', {}]])).map(reply => [reply['total'], reply['list']])
    const [written, open] = [await counts(), await listening()]
    const preview = await set('preview', args)
    assert.equal(preview['refused'], undefined, JSON.stringify(preview))
    assert.deepEqual([await counts(), await listening()], [written, open], 'something was done')
    const reply = await set('set', args)
    assert.ok(['created', 'updated', 'destroyed'].some(name => reply[name] !== undefined), JSON.stringify(reply))
    return told(preview)
  }

  test('a new one opens, another address of it opens, one that goes closes, and the last with the listener', async () => {
    assert.deepEqual(await done({ create: { n: { name: 'extra', protocol: 'smtp', bind: { [ONE]: true } } } }), [`test-node extra ${ONE} opens`])
    await eventually(async () => (await hosts()).join() === ONE, 'it is open')
    const id = String((await list(node, 'NetworkListener')).find(({ name }) => name === 'extra')?.['id'])
    assert.deepEqual(await done({ update: { [id]: { bind: { [ONE]: true, [OTHER]: true } } } }), [`test-node extra ${OTHER} opens`])
    await eventually(async () => (await hosts()).join() === [ONE, OTHER].join(), 'both are open')
    const [kept] = (await listening()).filter(each => each.startsWith('extra 127.0.0.2'))
    assert.deepEqual(await done({ update: { [id]: { [`bind/${ONE}`]: null } } }), [`test-node extra ${ONE} closes`])
    await eventually(async () => (await hosts()).join() === OTHER, 'one is left')
    assert.deepEqual(await done({ update: { [id]: { maxConnections: 7 } } }), [], 'a limit closes nothing')
    assert.deepEqual(await done({ update: { [id]: { protocol: 'lmtp' } } }), [`test-node extra ${OTHER} replaces`])
    await eventually(async () => (await addresses()).some(({ listener, protocol }) => listener === 'extra' && protocol === 'lmtp'), 'it speaks otherwise')
    assert.deepEqual((await listening()).filter(each => each.startsWith('extra')), [kept], 'the socket stayed')
    assert.deepEqual(await done({ update: { [id]: { socketBacklog: 17 } } }), [`test-node extra ${OTHER} rebinds`])
    await eventually(async () => (await listening()).some(each => each.startsWith('extra') && each !== kept), 'it is another socket')
    assert.deepEqual(await done({ destroy: [id] }), [`test-node extra ${OTHER} closes`])
    await eventually(async () => (await hosts()).length === 0, 'it is closed')
  })

  test('an address that the node has of its own is told as the node has it', async () => {
    const smtp = (await list(node, 'NetworkListener')).find(({ name }) => name === 'smtp')
    assert.deepEqual(told(await set('preview', { update: { [String(smtp?.['id'])]: { bind: { '192.0.2.1:25': true } } } })), [], 'ROTA_LISTENER_BIND says where')
    assert.deepEqual(told(await set('preview', { destroy: [String(smtp?.['id'])] })), ['test-node smtp 127.0.0.1:0 closes'])
  })

  test('what no node would even try says why', async () => {
    const preview = await set('preview', { create: { n: { name: 'imap', protocol: 'imap', bind: { [ONE]: true } } } })
    assert.match(JSON.stringify(preview), /"effect":"fails","error":"this version of Rota has no imap server"/)
  })

  test('what set would refuse is refused with the same words, and with the field', async () => {
    const drafts: readonly JsonObject[] = [
      { create: { n: { protocol: 'smtp', bind: { [ONE]: true } } } }, { create: { n: { name: 'x', bind: { nowhere: true } } } }, { update: { nobody: {} } }, { destroy: ['nobody'] },
    ]
    for (const draft of drafts) {
      const { refused } = await set('preview', draft)
      const real = await set('set', draft)
      const [expected] = ['notCreated', 'notUpdated', 'notDestroyed'].flatMap(name => Object.values((real[name] ?? {}) as JsonObject))
      assert.deepEqual(refused, expected as Json, JSON.stringify(draft))
    }
    assert.equal(part(await set('preview', {}), 'error')['type'], 'invalidArguments')
  })
})
