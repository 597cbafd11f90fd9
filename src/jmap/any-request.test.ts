/** Any request over all objects of this server: one answer a call, no failure of the server's, and the store as the replies say. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { AnyCall, Definition } from '../../test/support/any-request.ts'
import { anyCalls, withIds } from '../../test/support/any-request.ts'
import { openRegistry } from '../../test/support/registry.ts'
import type { TestRegistry } from '../../test/support/registry.ts'
import { assertStrictErrors } from '../../test/support/strict-errors.ts'
import type { Id } from '../base/ids.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { isJsonObject } from '../base/json.ts'
import type { Log } from '../base/log.ts'
import { silentLog } from '../base/log.ts'
import { RotaError } from '../errors.ts'
import { dispatch } from './dispatch.ts'
import type { Call } from './request.ts'

/** What is there of each object, by id, secrets included. */
type State = ReadonlyMap<string, ReadonlyMap<Id, string>>
type Answer = readonly [string, JsonObject, string]
type Who = 'Admin' | 'Operator' | 'ReadOnly' | 'User'

const definitions: readonly Definition[] = (await openRegistry()).registry.objects

describe('any request', () => {
  it('is answered call by call, and leaves in the store what the replies say', async () => {
    const who = fc.constantFrom<Who>('Admin', 'Admin', 'Admin', 'Operator', 'ReadOnly', 'User')
    await fc.assert(fc.asyncProperty(fc.array(anyCalls(definitions), { minLength: 1, maxLength: 3 }), who, async (requests, role) => {
      const world = await World.open()
      for (const calls of requests) await world.send(calls, role)
    }), { numRuns: 120 })
  })

  it('that the store breaks off is done in part or not at all, and says which', async () => {
    const sets = anyCalls(definitions).map(calls => calls.filter(([name]) => name.endsWith('/set'))).filter(calls => calls.length > 0)
    await fc.assert(fc.asyncProperty(sets, fc.nat({ max: 6 }), fc.boolean(), async (calls, after, early) => {
      const world = await World.open()
      world.breakAfter(after, early)
      await world.send(calls, 'Admin')
    }), { numRuns: 60 })
  })
})

class World {
  readonly #test: TestRegistry
  readonly #accountId: Id
  readonly #failures: object[] = []
  readonly #log: Log = { ...silentLog, error: (fields: object) => { this.#failures.push(fields) } }
  #broken = false

  static async open(): Promise<World> {
    const test = await openRegistry()
    const domainId = await test.create('Domain', { name: 'example.net' })
    const context = test.context()
    const accountId = await test.create('Account', {
      '@type': 'User', name: 'jane', domainId, credentials: [{ '@type': 'Password', secret: 'correct horse' }], aliases: [{ name: 'j', domainId }],
    }, context)
    await test.create('Account', { '@type': 'Group', name: 'all', domainId })
    await test.task('IndexDocument', { accountId, documentId: 'd', documentType: 'email' })
    await test.create('ClusterRole', { name: 'edge' })
    await test.create('NetworkListener', { name: 'http', bind: ['127.0.0.1:0'] })
    await test.create('ApiKey', { accountId, description: 'ci' })
    return new World(test, accountId)
  }

  constructor(test: TestRegistry, accountId: Id) {
    this.#test = test
    this.#accountId = accountId
  }

  /** The store fails at the next but `after` transaction, before the commit or before any work. */
  breakAfter(after: number, early: boolean): void {
    const { store } = this.#test
    const transact = store.transact.bind(store)
    let left = after
    Object.assign(store, { transact: <T>(work: Parameters<typeof store.transact<T>>[0]): Promise<T> => {
      if (left-- !== 0) return transact(work)
      this.#broken = true
      const failure = new RotaError('store/unavailable', 'The store is gone.')
      return early ? Promise.reject(failure) : transact<T>(async tx => {
        await work(tx)
        throw failure
      })
    } })
  }

  async send(calls: readonly AnyCall[], role: Who): Promise<void> {
    const { registry, objects, ids } = this.#test
    const principal = this.#test.principal(role === 'Admin' ? undefined : objects.roles[role], this.#accountId)
    const deps = { methods: registry.methods(), log: this.#log, ids }
    const known = new Map([...await this.#state()].map(([name, there]) => [name, [...there.keys()]]))
    const sent = calls.map(([name, args, id]): Call => ({ name, args: withIds(args, known) as JsonObject, id }))
    const createdIds = new Map<string, Id>([['nobody', '\0'], ['toString', '#n0']])
    const run = async (some: readonly Call[]): Promise<Answer[]> => {
      const reply = JSON.parse(JSON.stringify(await dispatch({ calls: some, createdIds }, principal, null, deps))) as JsonObject
      for (const [key, id] of Object.entries(reply['createdIds'] as JsonObject)) createdIds.set(key, String(id))
      const answers = reply['methodResponses'] as unknown as Answer[]
      assert.deepEqual(answers.map(([, , id]) => id), some.map(({ id }) => id))
      return answers
    }
    // First one after the other, so that each reply can be compared with the store as it then is.
    for (const call of sent) {
      const before = await this.#state()
      for (const answer of await run([call])) await this.#judge(call, answer, before)
    }
    // And once more in one piece, with its references from call to call.
    for (const [index, answer] of (await run(sent)).entries()) this.#judgeForm(sent[index]?.name ?? '', answer)
  }

  #judgeForm(name: string, [answered, result]: Answer): void {
    assert.deepEqual(this.#failures, [])
    if (answered !== 'error') return assert.equal(answered, name)
    const { type, description, ...rest } = result
    assert.deepEqual(rest, {})
    assert.ok(typeof description === 'string' && description.length > 0 && description.isWellFormed())
    assert.notEqual(type, 'serverFail')
    if (!this.#broken) assert.ok(!['serverPartialFail', 'serverUnavailable'].includes(String(type)), description)
  }

  async #judge({ name, args }: { readonly name: string; readonly args: JsonObject }, answer: Answer, before: State): Promise<void> {
    this.#judgeForm(name, answer)
    const [answered, result] = answer
    const object = /^x:(\w+)\//.exec(name)?.[1] ?? ''
    const [was, is] = [before.get(object) ?? new Map<Id, string>(), (await this.#state()).get(object) ?? new Map<Id, string>()]
    const changed = [...new Set([...was.keys(), ...is.keys()])].filter(id => was.get(id) !== is.get(id))
    if (answered === 'error') {
      // An update that changes nothing is a part that was done.
      if (result['type'] === 'serverPartialFail') assert.ok(changed.length > 0 || isJsonObject(args['update']))
      else assert.deepEqual(changed, [], String(result['description']))
      return
    }
    if (!name.endsWith('/set')) return assert.deepEqual(changed, [])
    assertStrictErrors(result)
    const keys = (part: string): string[] => Object.keys(isJsonObject(result[part]) ? result[part] : {})
    const destroyed = (result['destroyed'] ?? []) as unknown as string[]
    assertEachOnce(args, { created: keys('created'), updated: keys('updated'), destroyed }, keys)
    const created = Object.values((result['created'] ?? {}) as JsonObject).map(each => String((each as JsonObject)['id']))
    for (const id of created) assert.ok(is.has(id) || destroyed.includes(id), `${id} was not created`)
    for (const id of keys('updated')) assert.ok(is.has(id) || id === 'singleton', `${id} is not there`)
    for (const id of destroyed) assert.ok(was.has(id) || created.includes(id), `${id} was not there`)
    if (object !== 'Task') for (const id of destroyed) assert.ok(!is.has(id), `${id} is still there`)
    const told = new Set([...created, ...keys('updated'), ...destroyed])
    assert.deepEqual(changed.filter(id => !told.has(id)), [], `${name} changed more than it says`)
  }

  async #state(): Promise<State> {
    const { registry, store } = this.#test
    return store.read(async tx => {
      const state = new Map<string, ReadonlyMap<Id, string>>()
      for (const definition of registry.objects) {
        if (['AuditEntry', 'ClusterNode'].includes(definition.name)) continue
        const found = definition.kind === 'singleton'
          ? [{ id: 'singleton', value: await registry.singleton(tx, definition) }]
          : await registry.all(tx, definition)
        state.set(definition.name, new Map(found.map(({ id, value }) => [id, JSON.stringify(value)])))
      }
      return state
    })
  }
}

/** Every id and creation id that was sent is in exactly one part of the reply, and no other is. */
function assertEachOnce(args: JsonObject, done: Record<'created' | 'updated' | 'destroyed', string[]>, keys: (part: string) => string[]): void {
  const sent = (value: Json | undefined): string[] => isJsonObject(value) ? Object.keys(value) : []
  const destroy = Array.isArray(args['destroy']) ? [...new Set(args['destroy'] as string[])] : []
  assert.deepEqual([...done.created, ...keys('notCreated')].toSorted(), sent(args['create']).toSorted())
  assert.deepEqual([...done.updated, ...keys('notUpdated')].toSorted(), sent(args['update']).toSorted())
  assert.deepEqual([...done.destroyed, ...keys('notDestroyed')].toSorted(), destroy.toSorted())
}
