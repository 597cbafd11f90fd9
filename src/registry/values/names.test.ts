import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { at, openRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { FieldType, MapValueType, Shape } from '../../base/fields.ts'
import type { JsonObject } from '../../base/json.ts'
import { MethodError } from '../method.ts'
import { nameMeant, withNamedVariants } from './names.ts'
import { variantNames } from './shapes.ts'

describe('names', () => {
  it('are meant in any case, in kebab and in snake', () => {
    const names = ['IndexDocument', 'UnindexDocument', 'Task']
    for (const text of ['IndexDocument', 'index-document', 'index_document', 'indexdocument', 'INDEX-DOCUMENT', 'Index-Document']) {
      assert.equal(nameMeant(names, text), 'IndexDocument', text)
    }
    for (const text of ['', '-', 'index', 'indexdocuments', 'index document', '__proto__', 'constructor', '-'.repeat(1_000_000)]) {
      assert.equal(nameMeant(names, text), undefined, text.slice(0, 20))
    }
  })

  it('mean the declared one first', () => {
    assert.equal(nameMeant(['a-b', 'AB', 'ab'], 'ab'), 'ab')
  })
})

describe('variants by names as people type them', () => {
  let test: TestRegistry
  let accountId: string
  before(async () => {
    test = await openRegistry()
    const domainId = await test.create('Domain', { name: 'example.net' })
    accountId = await test.create('Account', { '@type': 'user', name: 'jane', domainId, roles: { '@type': 'read-only' } })
  })

  it('no two of one shape are alike', () => {
    const seen = new Set<Shape>()
    const walk = (shape: Shape): void => {
      if (seen.has(shape)) return
      seen.add(shape)
      const names = variantNames(shape)
      for (const name of names) assert.deepEqual(names.filter(other => nameMeant([other], name.toLowerCase())), [name], shape.name)
      const shapes = shape.kind === 'single' ? [shape] : shape.variants.flatMap(variant => variant.shape ?? [])
      for (const { fields } of shapes) for (const { type } of Object.values(fields)) inside(type)
    }
    const inside = (type: FieldType | MapValueType): void => {
      if (type.type === 'object' || type.type === 'objectList') walk(type.shape)
      else if (type.type === 'map') inside(type.valueClass)
    }
    for (const { shape } of test.registry.objects) walk(shape)
    assert.ok(seen.size > 20)
  })

  it('are stored and sent as they are declared', async () => {
    const account = await test.get('Account', accountId)
    assert.deepEqual([account['@type'], at(account, 'roles', '@type')], ['User', 'ReadOnly'])
  })

  it('are taken in creations, also deep inside, and refer as others do', async () => {
    const reply = await test.call('Account/set', { create: {
      n: { '@type': 'USER', name: 'bill', domainId: String(account['domainId']), credentials: [{ '@type': 'password', secret: 'correct horse' }] },
    } })
    const id = String(at(reply, 'created', 'n', 'id'))
    assert.equal(at(await test.get('Account', id), 'credentials', '0', '@type'), 'Password')
    const task = await test.create('Task', {
      '@type': 'index_document', accountId, documentId: 'd', documentType: 'email', status: { '@type': 'pending' },
    })
    assert.deepEqual(
      [at(await test.get('Task', task), '@type'), at(await test.get('Task', task), 'status', '@type')], ['IndexDocument', 'Pending'],
    )
    const context = test.context()
    await test.call('Domain/set', { create: { d: { name: 'example.com' } } }, context)
    const group = await test.create('Account', { '@type': 'group', name: 'all', domainId: '#d' }, context)
    assert.equal((await test.get('Account', group))['domainId'], context.createdIds.get('d'))
  })
  let account: JsonObject
  before(async () => { account = await test.get('Account', accountId) })

  it('are taken in changes: whole, by pointer, and the object\'s own', async () => {
    const role = async (patch: JsonObject) => {
      await test.update('Account', accountId, patch)
      return at(await test.get('Account', accountId), 'roles', '@type')
    }
    assert.equal(await role({ roles: { '@type': 'operator' } }), 'Operator')
    assert.equal(await role({ '@type': 'user', 'roles/@type': 'read_only' }), 'ReadOnly')
    await test.update('TaskManager', 'singleton', { 'strategy/@type': 'fixed-delay', 'strategy/delay': '5m' })
    assert.deepEqual((await test.get('TaskManager', 'singleton'))['strategy'], { '@type': 'FixedDelay', delay: 300_000 })
    await test.update('TaskManager', 'singleton', { strategy: { '@type': 'fixeddelay', delay: 300_000 } })
    assert.equal((await test.refusedUpdate('Account', accountId, { '@type': 'group' }))['type'], 'invalidPatch')
  })

  it('are taken in filters', async () => {
    for (const type of ['User', 'user', 'USER']) assert.ok((await test.query('Account', { filter: { '@type': type } })).includes(accountId))
    assert.equal((await test.query('Task', { filter: { '@type': 'index-document', status: 'pending' } })).length, 1)
    await assert.rejects(test.query('Task', { filter: { '@type': 'index-documents' } }),
      error => error instanceof MethodError && error.type === 'unsupportedFilter')
  })

  it('leave what needs no change the same value', () => {
    const shape = test.objects.account.shape
    assert.equal(withNamedVariants(shape, account), account)
    const typed = withNamedVariants(shape, { ...account, '@type': 'user' })
    assert.equal(typed['credentials'], account['credentials'])
  })
})
