/** A domain whose DNS and DKIM keys are managed, on a whole node with a real name server: what an operator does, and what the zone has then. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { RecordType } from '../../src/services/dns/record.ts'
import { textOf } from '../../src/services/dns/record.ts'
import { bindMissing, SECRET, startBind, ZONE } from '../support/bind.ts'
import type { BindServer } from '../support/bind.ts'
import { eventually, startServer } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'

const { signal } = new AbortController()

suite('a managed domain', { skip: bindMissing() }, () => {
  let bind: BindServer
  let node: TestServer
  before(async () => {
    bind = await startBind(['mail IN A 127.0.0.1', '@ IN TXT "site-verification=1"'])
    node = await startServer()
  })
  after(async () => {
    await node.stop()
    await bind.stop()
  })

  const set = async (object: string, args: JsonObject): Promise<JsonObject> => (await node.call([[`x:${object}/set`, args]]))[0] ?? assert.fail()
  const create = async (object: string, body: JsonObject): Promise<string> => {
    const reply = await set(object, { create: { new: body } }) as { created?: { new?: { id: string } } }
    return reply.created?.new?.id ?? assert.fail(JSON.stringify(reply))
  }
  const list = async (object: string): Promise<readonly JsonObject[]> =>
    (await node.call([[`x:${object}/get`, { ids: null }]]))[0]?.['list'] as Json as unknown as readonly JsonObject[]
  const texts = async (owner: string, type: RecordType = 'TXT') => {
    const read = await bind.updater().read(owner, type, signal)
    return read.kind === 'rrset' ? read.records.map(textOf).sort() : assert.fail(read.text)
  }
  const tasks = async (variant: string) => (await list('Task')).filter(task => task['@type'] === variant)

  test('gets its records and keys, is looked after again, and takes its keys along', async () => {
    await set('SystemSettings', { update: { singleton: { defaultHostname: `mail.${ZONE}` } } })
    const dnsServerId = await create('DnsServer', {
      '@type': 'Tsig', description: 'bind', host: '127.0.0.1', port: bind.port, keyName: 'rota-hmac-sha512.key', key: { '@type': 'Value', secret: SECRET }, pollingInterval: 1_000,
    })
    const domainId = await create('Domain', { name: ZONE, dnsManagement: { '@type': 'Automatic', dnsServerId }, dkimManagement: { '@type': 'Automatic' } })
    await eventually(async () => (await tasks('DnsManagement')).length === 0, 'the records are published')
    assert.deepEqual(await texts(ZONE), ['site-verification=1', 'v=spf1 mx ~all'])
    assert.deepEqual(await texts(`_dmarc.${ZONE}`), [`v=DMARC1; p=none; rua=mailto:postmaster@${ZONE}`])
    await eventually(async () => (await list('DkimSignature')).filter(({ stage }) => stage === 'active').length === 2, 'two keys sign')
    for (const { selector, publicKey } of await list('DkimSignature')) {
      assert.deepEqual(await texts(`${String(selector)}._domainkey.${ZONE}`), [publicKey])
    }
    const [next] = await eventually(async () => {
      const waiting = await tasks('DkimManagement')
      return waiting.length === 1 && String(waiting[0]?.['due']) > '2026-01-01' && waiting
    }, 'its successor waits')
    const [first] = (await list('DkimSignature')).map(({ nextTransitionAt }) => String(nextTransitionAt)).sort()
    assert.equal(next?.['due'], first)
    const asked = await create('Task', { '@type': 'DkimManagement', domainId })
    assert.equal(asked, next?.['id'], 'a task that waits takes in the one that is asked for')
    await eventually(async () => (await tasks('DkimManagement'))[0]?.['id'] !== asked, 'it ran at once')
    const reply = await set('Domain', { destroy: [domainId] })
    assert.deepEqual(reply['destroyed'], [domainId])
    assert.deepEqual(await list('DkimSignature'), [])
  })

  test('says at its task what the server refuses, and what to do', async () => {
    const dnsServerId = await create('DnsServer', {
      '@type': 'Tsig', description: 'no rights', host: '127.0.0.1', port: bind.port, keyName: 'reader.key', key: { '@type': 'Value', secret: SECRET },
    })
    await create('Domain', { name: `b.${ZONE}`, dnsManagement: { '@type': 'Automatic', dnsServerId, origin: ZONE, publishRecords: ['spf'] } })
    const [failed] = await eventually(async () => {
      const all = await tasks('DnsManagement')
      return all.some(({ status }) => (status as JsonObject)['@type'] === 'Failed') && all
    }, 'the task fails')
    assert.match(JSON.stringify(failed?.['status']), /b\.example\.test TXT: the DNS server 127\.0\.0\.1:\d+ refuses; let the key change these records/)
  })
})
