import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, suite, test } from 'node:test'
import { openRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { FieldType, MapValueType, Shape, SingleShape } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { SetFailure } from '../set-error.ts'
import { judgeUndeclared } from './neutral.ts'
import { Problems } from './problems.ts'

/** Every property that clients know of the shapes that this server has, with what it is for them when nobody sets it. */
const KNOWN = JSON.parse(readFileSync(new URL('../../../test/data/api-properties.json', import.meta.url), 'utf8')) as
  Readonly<Record<string, Readonly<Record<string, { readonly default?: Json }>>>>

/** All shapes of an object, those that are embedded too. */
function shapesOf(shape: Shape): SingleShape[] {
  if (shape.kind === 'multiple') return shape.variants.flatMap(variant => variant.shape === undefined ? [] : shapesOf(variant.shape))
  return [shape, ...Object.values(shape.fields).flatMap(({ type }) => embeddedIn(type))]
}
function embeddedIn(type: FieldType | MapValueType): SingleShape[] {
  if (type.type === 'object' || type.type === 'objectList') return shapesOf(type.shape)
  return type.type === 'map' ? embeddedIn(type.valueClass) : []
}

function refused(shape: SingleShape, name: string, value: Json): JsonObject | null {
  const problems = new Problems()
  judgeUndeclared({ shape, of: {}, name, rest: [], value, path: [name] }, problems)
  try {
    problems.refuse()
    return null
  } catch (error) {
    assert.ok(error instanceof SetFailure)
    return { ...error.error } as unknown as JsonObject
  }
}

suite('properties that clients know and this server has not', () => {
  let registry: TestRegistry
  let shapes: SingleShape[]
  let domainId: Id
  before(async () => {
    registry = await openRegistry()
    const all = registry.registry.objects.flatMap(({ shape }) => shapesOf(shape))
    shapes = [...new Map(all.map(shape => [shape.name, shape])).values()]
    domainId = await registry.create('Domain', { name: 'example.org' })
  })

  test('are each declared, or taken with what they are when nobody sets them', () => {
    assert.deepEqual(Object.keys(KNOWN).filter(name => !shapes.some(shape => shape.name === name)), [])
    for (const shape of shapes) {
      for (const [property, fact] of Object.entries(KNOWN[shape.name] ?? {})) {
        if (Object.hasOwn(shape.fields, property)) continue
        assert.deepEqual(refused(shape, property, fact.default ?? null), null, `${shape.name}/${property}`)
        assert.deepEqual(refused(shape, property, null), null, `${shape.name}/${property}`)
      }
    }
  })

  test('are refused with every other value, in words that say what to send', () => {
    for (const shape of shapes) {
      for (const [property, values] of Object.entries(shape.neutral ?? {})) {
        assert.ok(Object.hasOwn(KNOWN[shape.name] ?? {}, property), `nobody knows ${shape.name}/${property}`)
        assert.ok(!Object.hasOwn(shape.fields, property), `${shape.name}/${property} is declared`)
        const others = [4_711, 'other', true, false, { '@type': 'Other' }, { other: true }, ['other']]
        for (const value of others.filter(other => !values.includes(other as never))) {
          const error = refused(shape, property, value)
          assert.deepEqual(error && [error['type'], error['properties']], ['invalidPatch', [property]], `${shape.name}/${property}`)
          assert.match(String(error?.['description']), /is not in this version of Rota; leave it out, or send /)
        }
      }
    }
  })

  test('are forgotten when they are taken, in creations and changes, in variants and lists', async () => {
    const neutral = (name: string): JsonObject => Object.fromEntries(Object.entries(KNOWN[name] ?? {})
      .filter(([property]) => shapes.some(shape => shape.name === name && !Object.hasOwn(shape.fields, property)))
      .map(([property, fact]) => [property, fact.default ?? null]))
    for (const [object, shape, body] of [
      ['NetworkListener', 'NetworkListener', { name: 'smtp', bind: ['127.0.0.1:25'] }], ['Domain', 'Domain', { name: 'example.net' }],
      ['Tenant', 'Tenant', { name: 'acme' }],
      ['Account', 'UserAccount', { '@type': 'User', name: 'jane', domainId, credentials: [{ '@type': 'Password', secret: 'correct horse', otpAuth: null }] }],
      ['Account', 'GroupAccount', { '@type': 'Group', name: 'team', domainId }],
    ] as const) {
      const extra = neutral(shape)
      assert.ok(Object.keys(extra).length > 0)
      const id = await registry.create(object, { ...body, ...extra })
      const before = await registry.get(object, id)
      assert.deepEqual(Object.keys(before).filter(key => Object.hasOwn(extra, key)), [], shape)
      await registry.update(object, id, extra)
      assert.deepEqual(await registry.get(object, id), before)
    }
    await registry.update('DataRetention', 'singleton', { ...neutral('DataRetention'), holdAuditFor: null })
    assert.equal((await registry.get('DataRetention', 'singleton'))['holdAuditFor'], null)
  })

  test('are taken in other spellings of nothing, and by pointers into them', async () => {
    await registry.update('Domain', domainId, { logo: null, dnsZoneFile: '', allowRelaying: false })
    await registry.update('SystemSettings', 'singleton', { 'services/imap/cleartext': false, 'proxyTrustedNetworks': [], 'threadPoolSize': null })
    for (const [patch, property] of [
      [{ allowRelaying: true }, 'allowRelaying'],
      [{ 'logo/__proto__': 'x' }, 'logo'], [{ 'logo/constructor/name': 'Object' }, 'logo'],
    ] as const) {
      const error = await registry.refusedUpdate('Domain', domainId, patch)
      assert.deepEqual([error['type'], error['properties']], ['invalidPatch', [property]], JSON.stringify(patch))
    }
  })

  test('that nobody knows are no properties', async () => {
    for (const name of ['colour', '__proto__', 'constructor', 'hasOwnProperty']) {
      const body = JSON.parse(`{"name": "example.com", "${name}": null}`) as JsonObject
      const error = await registry.refused('Domain', body)
      assert.deepEqual([error['type'], error['properties']], ['invalidPatch', [name]])
      assert.match(String(error['description']), /is not a property here; the properties are name, /)
    }
  })
})
