/** Whatever a client sends: an answer or a MethodError, and in the answer only what strict clients can read. */
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import fc from 'fast-check'
import { openRegistry } from '../../test/support/registry.ts'
import type { TestRegistry } from '../../test/support/registry.ts'
import { assertStrictErrors } from '../../test/support/strict-errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { MethodError } from './method.ts'

/** Words that the declarations know, and words that trip programs up. */
const WORDS = [
  '@type',
  'status',
  'due',
  'name',
  'bind',
  'credentials',
  '0',
  'secret',
  'strategy',
  'delay',
  'tasks',
  'taskTypes',
  'listeners',
  'listenerIds',
  'aliases',
  'domainId',
  'accountId',
  'Pending',
  'Retry',
  'Failed',
  'User',
  'Password',
  'Inherit',
  'Replace',
  'IndexDocument',
  'EnableSome',
  'FixedDelay',
  '#n0',
  '#n1',
  'n0',
  'n1',
  'singleton',
  'status/due',
  'bind/x',
  'strategy/@type',
  'credentials/0/secret',
  '****',
  '6h',
  '2026-12-01T00:00:00Z',
  'example.org',
  '127.0.0.1:0',
  '__proto__',
  'constructor',
  'toString',
  '',
  '/',
  '~',
  '~0~1',
  '\0',
  '\ud800',
  'operator',
  'AND',
  'conditions',
]
const word = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
)
const { json } = fc.letrec<{ json: Json }>(tie => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true }, word, fc.constantFrom(null, true, false, 0, -0, -1, 1, 1.5, 1e308, 2 ** 53),
    fc.array(tie('json'), { maxLength: 4 }), fc.dictionary(word, tie('json'), { maxKeys: 5 }) as fc.Arbitrary<JsonObject>,
  ),
}))
const object = fc.dictionary(word, json, { maxKeys: 6 }) as fc.Arbitrary<JsonObject>
const items = fc.dictionary(word, fc.oneof({ weight: 8, arbitrary: object }, { weight: 1, arbitrary: json }), {
  maxKeys: 3,
}) as fc.Arbitrary<JsonObject>

describe('any JSON', () => {
  let test: TestRegistry
  let methods: string[]
  let ids: string[]
  before(async () => {
    test = await openRegistry()
    methods = [...test.registry.methods().keys()].map(name => name.slice(2))
    const domainId = await test.create('Domain', { name: 'example.net' })
    const accountId = await test.create('Account', {
      '@type': 'User',
      name: 'jane',
      domainId,
      credentials: [{ '@type': 'Password', secret: 'correct horse' }],
    })
    ids = [
      domainId,
      accountId,
      await test.task('IndexDocument', { accountId, documentId: 'd', documentType: 'email' }),
      await test.create('ClusterRole', { name: 'edge' }),
      await test.create('ApiKey', { accountId, description: 'ci' }),
      'singleton',
    ]
  })

  const answer = async (method: string, args: JsonObject): Promise<void> => {
    let reply: JsonObject
    try {
      reply = await test.call(method, args)
    } catch (error) {
      assert.ok(error instanceof MethodError, `${method} ${JSON.stringify(args)} threw ${String(error)}`)
      return
    }
    assertStrictErrors(reply)
  }

  it('as arguments of any method', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), object, (pick, args) => answer(methods[pick % methods.length] ?? '', args)),
      { numRuns: 1_500 },
    )
  })
  it('as filter, sort and page of a query', async () => {
    const queries = methods.filter(name => name.endsWith('/query'))
    const args = fc.record(
      {
        filter: object,
        sort: fc.array(object, { maxLength: 2 }),
        position: json,
        anchor: word,
        anchorOffset: fc.integer({ min: -3, max: 3 }),
      },
      { requiredKeys: [] },
    ) as fc.Arbitrary<JsonObject>
    await fc.assert(
      fc.asyncProperty(fc.nat(), args, (pick, sent) => answer(queries[pick % queries.length] ?? '', sent)),
      { numRuns: 500 },
    )
  })
  it('as bodies of creations', async () => {
    const sets = methods.filter(name => name.endsWith('/set'))
    await fc.assert(
      fc.asyncProperty(fc.nat(), items, (pick, create) => answer(sets[pick % sets.length] ?? '', { create })),
      { numRuns: 1_500 },
    )
  })
  it('as patches of objects that exist', async () => {
    const sets = methods.filter(name => name.endsWith('/set'))
    await fc.assert(fc.asyncProperty(fc.nat(), object, async (pick, patch) => {
      const update = Object.fromEntries(ids.map(id => [id, patch]))
      await answer(sets[pick % sets.length] ?? '', { update })
    }), { numRuns: 1_000 })
    assert.equal((await test.get('ClusterRole', ids[3] ?? ''))['name'], 'edge', 'an immutable name was changed')
  })
  it('nested as deep as a parser takes it', async () => {
    const deep = JSON.parse(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`) as JsonObject
    const list = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) as Json
    for (const method of methods) {
      for (const args of [
        deep,
        { filter: deep },
        { create: { n: deep } },
        { update: { x: deep } },
        { create: { n: { '@type': 'User', name: deep, credentials: list, status: deep, bind: list } } },
      ])
        await answer(method, args)
    }
  })
})
