import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { beforeEach, describe, it } from 'node:test'
import { openRegistry, part } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'

const SECRET = Buffer.alloc(32, 5).toString('base64')
const SERVER = { '@type': 'Tsig', description: 'ns1', host: '127.0.0.1', keyName: 'rota', key: { '@type': 'Value', secret: SECRET } }
const ED25519 = String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))
const keyText = (pem: string): JsonObject => ({ '@type': 'Text', secret: pem })

describe('what of a domain is managed here', () => {
  let test: TestRegistry
  let dnsServerId: Id
  beforeEach(async () => {
    test = await openRegistry()
    dnsServerId = await test.create('DnsServer', SERVER)
  })
  const dns = (more: JsonObject = {}): JsonObject => ({ dnsManagement: { '@type': 'Automatic', dnsServerId, publishRecords: ['mx', 'dkim'], ...more } })
  /** Variants and payloads of what is queued, which is taken away. */
  const queued = () => test.store.transact(async ({ tasks }) => {
    const rows = await tasks.get(await tasks.query({}, { order: { property: 'createdAt', ascending: true }, limit: 10 }))
    for (const { id } of rows) await tasks.destroy(id)
    return rows.map(({ variant, payload }) => [variant, payload['updateRecords'] ?? null])
  })

  it('is nothing, as long as nobody asks for it', async () => {
    const id = await test.create('Domain', { name: 'example.org' })
    assert.deepEqual(await queued(), [])
    const { dnsManagement, dkimManagement, reportAddressUri } = await test.get('Domain', id)
    assert.deepEqual([dnsManagement, dkimManagement, reportAddressUri], [{ '@type': 'Manual' }, { '@type': 'Manual' }, 'mailto:postmaster'])
  })

  it('brings its work along, in the same transaction, and only when it changes', async () => {
    const id = await test.create('Domain', { name: 'example.org', ...dns() })
    assert.deepEqual(await queued(), [['DnsManagement', { mx: true, dkim: true }]])
    await test.update('Domain', id, { description: 'x' })
    assert.deepEqual(await queued(), [])
    await test.update('Domain', id, { dkimManagement: { '@type': 'Automatic' } })
    assert.deepEqual(await queued(), [['DkimManagement', null]])
    await test.update('Domain', id, dns({ publishRecords: ['spf', 'dkim'] }))
    assert.deepEqual(await queued(), [['DnsManagement', { spf: true }], ['DkimManagement', null]])
    await test.update('Domain', id, dns({ publishRecords: ['dkim'] }))
    assert.deepEqual(await queued(), [['DkimManagement', null]], 'keys are left to their own task')
    await test.update('Domain', id, { dnsManagement: { '@type': 'Manual' }, dkimManagement: { '@type': 'Manual' } })
    assert.deepEqual(await queued(), [])
  })

  it('is refused with what to do when it cannot be so', async () => {
    const why = async (body: JsonObject) => {
      const error = await test.refused('Domain', { name: 'example.org', ...body })
      return [error['type'], error['properties'], error['description']].join(' ')
    }
    assert.match(await why(dns({ dnsServerId: '0000000000000' })), /^invalidForeignKey dnsManagement\/dnsServerId/)
    assert.match(await why(dns({ origin: 'example.net' })), /dnsManagement\/origin.*must be the zone in which example.org lies, such as org/)
    assert.match(await why(dns({ publishRecords: [] })), /^validationFailed.*publishRecords/)
    for (const selectorTemplate of ['-x', 'a b', '{other}', 'a.b', 'ä']) assert.match(await why({ dkimManagement: { '@type': 'Automatic', selectorTemplate } }), /selectorTemplate.*must be lower-case letters/)
    for (const reportAddressUri of ['postmaster', 'mailto:a b', 'https://x', 'mailto:a;p=none']) assert.match(await why({ reportAddressUri }), /reportAddressUri.*must be mailto:/)
    assert.deepEqual(await queued(), [])
  })

  it('keeps a DNS server that a domain names, and its secret masked', async () => {
    const id = await test.create('Domain', { name: 'example.org', ...dns() })
    const reply = await test.call('DnsServer/set', { destroy: [dnsServerId] })
    assert.equal(part(reply, 'notDestroyed', dnsServerId)['type'], 'objectIsLinked')
    assert.deepEqual((await test.get('DnsServer', dnsServerId))['key'], { '@type': 'Value', secret: '****' })
    await test.update('DnsServer', dnsServerId, { key: { '@type': 'Value', secret: '****' }, port: 5353 })
    const [stored] = await test.store.read(tx => tx.objects.get('DnsServer', [dnsServerId]))
    assert.deepEqual([stored?.body['key'], stored?.body['port']], [{ '@type': 'Value', secret: SECRET }, 5353])
    for (const [patch, text] of [
      [{ 'key/secret': 'not base64!' }, /must be base64/], [{ 'key/secret': 'AAAA' }, /at least 16 bytes/], [{ keyName: 'a b' }, /must be a name such as/],
      [{ host: 'ns1.example.org' }, /host/], [{ key: { '@type': 'File', filePath: 'key' } }, /whole path/],
    ] as const) {
      const error = await test.refusedUpdate('DnsServer', dnsServerId, patch)
      assert.match(String(error['description']), text)
      assert.ok(!JSON.stringify(error).includes('not base64!'))
    }
    await test.call('Domain/set', { destroy: [id] })
    await test.call('DnsServer/set', { destroy: [dnsServerId] })
  })

  it('shows what to publish of a key, and nothing of the key', async () => {
    const domainId = await test.create('Domain', { name: 'example.org' })
    const id = await test.create('DkimSignature', { '@type': 'Dkim1Ed25519Sha256', domainId, selector: 'k1', privateKey: keyText(ED25519) })
    const shown = await test.get('DkimSignature', id)
    assert.match(String(shown['publicKey']), /^v=DKIM1; k=ed25519; p=[A-Za-z0-9+/]{43}=$/)
    assert.deepEqual([shown['privateKey'], shown['stage'], shown['nextTransitionAt']], [{ '@type': 'Text', secret: '****' }, 'active', null])
    const again = await test.refused('DkimSignature', { '@type': 'Dkim1Ed25519Sha256', domainId, selector: 'k1', privateKey: keyText(ED25519) })
    assert.deepEqual([again['type'], again['existingId']], ['primaryKeyViolation', id])
    const weak = String(generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey.export({ type: 'pkcs8', format: 'pem' }))
    for (const [variant, pem, text] of [
      ['Dkim1RsaSha256', ED25519, /is of the kind ed25519; Dkim1RsaSha256 needs rsa/], ['Dkim1RsaSha256', weak, /RSA key of 1024 bits/],
      ['Dkim1Ed25519Sha256', 'geheim', /cannot be read; send it in PEM/],
    ] as const) {
      const error = await test.refused('DkimSignature', { '@type': variant, domainId, selector: 'k2', privateKey: keyText(pem) })
      assert.match(String(error['description']), text)
      assert.ok(!JSON.stringify(error).includes('geheim'))
    }
    assert.match(String((await test.refused('DkimSignature', { '@type': 'Dkim1Ed25519Sha256', domainId, selector: 'A b', privateKey: keyText(ED25519) }))['description']), /selector/)
    await test.call('Domain/set', { destroy: [domainId] })
    assert.deepEqual(await test.query('DkimSignature'), [], 'keys go with their domain')
  })

  it('names hosts that are whole names only', async () => {
    await test.update('SystemSettings', 'singleton', { defaultHostname: 'mail.example.org', mailExchangers: [{ priority: 5 }, { hostname: 'Mx2.example.org' }] })
    for (const patch of [{ defaultHostname: 'mail' }, { mailExchangers: [{ hostname: 'a b' }] }]) {
      assert.match(String((await test.refusedUpdate('SystemSettings', 'singleton', patch))['description']), /must be a whole host name/)
    }
  })
})
