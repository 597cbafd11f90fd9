import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { selfMadePair } from '../../../test/support/certificates.ts'
import { openRegistry } from '../../../test/support/registry.ts'
import { KEYS } from '../key-families.ts'
import { acmeAccountKey } from './acme-provider.ts'

const CONTACT = { contact: { 'hostmaster@example.org': true } }

describe('AcmeProvider', () => {
  it('is made with the usual authority, the safe way to prove a name, and a key of its own', async () => {
    const test = await openRegistry()
    const id = await test.create('AcmeProvider', CONTACT)
    assert.deepEqual(await test.get('AcmeProvider', id), {
      id, directory: 'https://acme-v02.api.letsencrypt.org/directory', trustedCertificate: null, challengeType: 'TlsAlpn01',
      contact: { 'hostmaster@example.org': true }, accountUri: '', accountKey: '****', eabKeyId: null, eabHmacKey: null,
      renewBefore: 'R23', preferredChain: null, reuseKey: false, maxRetries: 10,
    })
    const [stored] = await test.store.read(tx => tx.objects.get('AcmeProvider', [id]))
    assert.equal(stored?.body['accountKey'], 'the key of an account')
    await test.update('AcmeProvider', id, { renewBefore: 'R12' })
    const [changed] = await test.store.read(tx => tx.objects.get('AcmeProvider', [id]))
    assert.equal(changed?.body['accountKey'], 'the key of an account')
  })

  it('says where its account is, and forgets it with the object', async () => {
    const test = await openRegistry()
    const id = await test.create('AcmeProvider', CONTACT)
    await test.store.transact(tx => tx.keys.put(acmeAccountKey(id), { url: 'https://ca.example/acct/1', contact: [] }, null))
    assert.equal((await test.get('AcmeProvider', id))['accountUri'], 'https://ca.example/acct/1')
    await test.call('AcmeProvider/set', { destroy: [id] })
    assert.deepEqual(await test.store.read(tx => tx.keys.list(KEYS.acmeAccount.prefix, 10)), [])
  })

  it('refuses what could not work, and says what to send', async () => {
    const test = await openRegistry()
    const refused = async (body: object) => {
      const error = await test.refused('AcmeProvider', { ...CONTACT, ...body })
      return [error['properties'], String(error['description'])]
    }
    const { cert } = await selfMadePair('ca.example')
    for (const [body, property] of [
      [{ contact: {} }, 'contact'], [{ directory: 'http://ca.example/' }, 'directory'], [{ directory: 'ca.example' }, 'directory'],
      [{ trustedCertificate: 'no certificate' }, 'trustedCertificate'], [{ eabKeyId: 'kid' }, 'eabHmacKey'], [{ eabHmacKey: 'AAAA' }, 'eabKeyId'],
      [{ eabKeyId: 'kid', eabHmacKey: 'not base64url!' }, 'eabHmacKey'], [{ maxRetries: -1 }, 'maxRetries'], [{ accountKey: 'mine' }, 'accountKey'],
    ] as const) {
      const [properties, description] = await refused(body)
      assert.deepEqual(properties, [property], JSON.stringify(body))
      assert.ok(!String(description).includes('base64url!'), 'a secret is not repeated')
    }
    const id = await test.create('AcmeProvider', { ...CONTACT, trustedCertificate: cert, eabKeyId: 'kid', eabHmacKey: 'AAAA' })
    for (const change of [{ directory: 'https://other.example/' }, { eabKeyId: 'other' }]) {
      assert.deepEqual((await test.refusedUpdate('AcmeProvider', id, change))['properties'], Object.keys(change))
    }
    assert.equal((await test.get('AcmeProvider', id))['eabHmacKey'], '****')
  })
})
