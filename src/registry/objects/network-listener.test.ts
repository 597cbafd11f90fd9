import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { openRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'

describe('NetworkListener', () => {
  let test: TestRegistry
  beforeEach(async () => { test = await openRegistry() })

  it('needs a name and an address', async () => {
    const error = await test.refused('NetworkListener', {})
    assert.deepEqual(
      [error['type'], error['validationErrors']],
      [
        'validationFailed',
        [
          { type: 'Required', property: 'name' },
          { type: 'MinLength', property: 'bind', required: 1 },
        ],
      ],
    )
    assert.deepEqual((await test.refused('NetworkListener', { name: 'a', bind: ['localhost'] }))['validationErrors'], [
      { type: 'Invalid', property: 'bind', value: 'localhost' },
    ])
  })
  it('changes its addresses one by one, and keeps one', async () => {
    const id = await test.create('NetworkListener', { name: 'smtp', bind: { '0.0.0.0:25': true } })
    await test.update('NetworkListener', id, { 'bind/0.0.0.0:25': null, 'bind/[::]:587': true })
    assert.deepEqual((await test.get('NetworkListener', id))['bind'], { '[::]:587': true })
    assert.deepEqual((await test.refusedUpdate('NetworkListener', id, { 'bind/[::]:587': null }))['validationErrors'], [
      { type: 'MinLength', property: 'bind', required: 1 },
    ])
  })
  it('clears a limit with null', async () => {
    const id = await test.create('NetworkListener', { name: 'smtp', bind: ['127.0.0.1:0'] })
    await test.update('NetworkListener', id, { maxConnections: null, tlsTimeout: null })
    const listener = await test.get('NetworkListener', id)
    assert.deepEqual([listener['maxConnections'], listener['tlsTimeout']], [null, null])
    assert.equal((await test.refusedUpdate('NetworkListener', id, { maxConnections: 0 }))['type'], 'validationFailed')
  })
  it('keeps TLS settings that can work', async () => {
    const body = { name: 'smtps', bind: ['127.0.0.1:0'] }
    assert.deepEqual((await test.refused('NetworkListener', { ...body, useTls: false, tlsImplicit: true }))['properties'], ['tlsImplicit'])
    assert.deepEqual((await test.refused('NetworkListener', { ...body, tlsDisableProtocols: ['tls12', 'tls13'] }))['properties'], [
      'tlsDisableProtocols',
    ])
    await test.create('NetworkListener', { ...body, useTls: false, tlsDisableProtocols: ['tls12', 'tls13'] })
  })
  it('takes every protocol of the schema', async () => {
    for (const protocol of ['smtp', 'lmtp', 'http', 'imap', 'pop3', 'manageSieve'])
      await test.create('NetworkListener', { name: protocol, protocol, bind: ['127.0.0.1:0'] })
    assert.equal(
      (await test.refused('NetworkListener', { name: 'x', protocol: 'gopher', bind: ['127.0.0.1:0'] }))['type'],
      'validationFailed',
    )
  })
})
