/** `x:ClusterRole/preview` against what really happens: asked first, then done, then compared. Three nodes on one PostgreSQL. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { create, list, part } from '../support/api-call.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'
import { eventually, startServer } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'

const NOTHING = { '@type': 'DisableAll' }
const ALL = { '@type': 'EnableAll' }
const SOME = (...taskTypes: string[]) => ({ '@type': 'EnableSome', taskTypes: Object.fromEntries(taskTypes.map(name => [name, true])) })

describe('the preview of a role', { skip: postgresMissing() }, () => {
  let url: string
  let asked: TestServer
  let edge: TestServer
  let lost: TestServer
  let edgeId: string
  let listenerIds: Record<string, string>
  const start = (name: string, role: string | null) => startServer({
    variables: { DATABASE_URL: url, STALWART_HOSTNAME: name, ...(role === null ? {} : { STALWART_ROLE: role }) },
  })

  before(async () => {
    url = await (await sharedPostgres()).freshDatabase()
    asked = await start('asked', null)
    listenerIds = Object.fromEntries((await list(asked, 'NetworkListener')).map(({ name, id }) => [String(name), String(id)]))
    const [id = ''] = await create(asked, 'ClusterRole', { name: 'edge', tasks: NOTHING, listeners: { '@type': 'EnableSome', listenerIds: { [listenerIds['smtp'] ?? '']: true } } })
    edgeId = id
    edge = await start('edge', 'edge')
    lost = await start('lost', 'later')
    await settled()
  })
  after(async () => {
    for (const node of [lost, edge, asked]) await node.stop()
    await stopSharedPostgres()
  })

  const set = async (verb: string, args: JsonObject) => (await asked.call([[`x:ClusterRole/${verb}`, args]]))[0] ?? {}
  const nodes = () => list(asked, 'ClusterNode')
  /** The owner of each bucket, by lane. */
  const owners = async () => Object.fromEntries((await list(asked, 'ClusterLane')).map(({ name, buckets, owners }) =>
    [String(name), Array.from({ length: Number(buckets) }, (_, bucket) => (owners as JsonObject)[bucket] ?? null)]))
  /** Every bucket that somebody may work has its owner, and nobody holds what he should not. */
  const settled = async () => {
    const duties = new Map((await nodes()).map(node => [String(node['id']), Object.keys(part(node, 'duties'))]))
    for (const lane of await list(asked, 'ClusterLane')) {
      const able = [...duties].filter(([, of]) => of.includes(String(lane['duty']))).map(([id]) => id)
      const fits = Object.values(part(lane, 'owners')).every(owner => able.includes(String(owner)))
      if (!fits || Number(lane['unowned']) !== (able.length === 0 ? lane['buckets'] : 0)) return eventually(async () => { await settled(); return true }, 'the cluster settles')
    }
    return true
  }
  const moves = (from: Record<string, (Json | undefined)[]>, to: Record<string, (Json | undefined)[]>) => Object.keys(from).flatMap(lane => {
    const moved = (from[lane] ?? []).map((owner, bucket) => `${String(owner)} → ${String(to[lane]?.[bucket])}`).filter(move => new Set(move.split(' → ')).size > 1)
    return [...new Set(moved)].map(move => `${lane}: ${moved.filter(each => each === move).length} ${move}`)
  }).toSorted()
  const told = (preview: JsonObject) => (preview['lanes'] as unknown as JsonObject[])
    .flatMap(lane => (lane['moves'] as unknown as JsonObject[]).map(({ from, to, buckets }) => `${String(lane['id'])}: ${String(buckets)} ${String(from)} → ${String(to)}`)).toSorted()
  const dutiesOf = async () => Object.fromEntries((await nodes()).map(node => [String(node['id']), Object.keys(part(node, 'duties')).toSorted()]))
  const listenersOf = async () => Object.fromEntries((await nodes()).map(node => [String(node['id']), Object.keys(part(node, 'listeners')).toSorted()]))

  /** Asks, sees that nothing was written, does it, and waits until the cluster is what was foretold. */
  async function comesTrue(args: JsonObject): Promise<JsonObject> {
    const counts = async () => (await asked.call([['x:AuditEntry/query', { calculateTotal: true, limit: 1 }], ['x:ClusterRole/get', {}]])).map(reply => [reply['total'], reply['list']])
    const [before, was, opened, written] = [await owners(), await dutiesOf(), await listenersOf(), await counts()]
    const preview = await set('preview', args)
    assert.equal(preview['refused'], undefined, JSON.stringify(preview))
    assert.deepEqual(await counts(), written, 'something was written')
    const expected = (from: Record<string, string[]>, added: string, removed: string, name: (value: Json) => string) => {
      const changed = Object.fromEntries((preview['nodes'] as unknown as JsonObject[]).map(node => [String(node['id']), node]))
      return Object.fromEntries(Object.entries(from).map(([id, members]) => {
        const gone = ((changed[id]?.[removed] ?? []) as Json[]).map(name)
        return [id, [...members.filter(member => !gone.includes(member)), ...((changed[id]?.[added] ?? []) as Json[]).map(name)].toSorted()]
      }))
    }
    const duties = expected(was, 'dutiesAdded', 'dutiesRemoved', String)
    const listeners = expected(opened, 'listenersOpened', 'listenersClosed', value => String((value as JsonObject)['name']))
    const done = await set('set', args)
    assert.ok(['created', 'updated', 'destroyed'].some(name => done[name] !== undefined), JSON.stringify(done))
    await eventually(async () => JSON.stringify([await dutiesOf(), await listenersOf()]) === JSON.stringify([duties, listeners]), 'the nodes do what was foretold')
    await settled()
    await eventually(async () => JSON.stringify(moves(before, await owners())) === JSON.stringify(told(preview)), `exactly ${told(preview).join(', ')}`)
    return preview
  }

  test('more duties and another listener for a node', async () => {
    const preview = await comesTrue({ update: { [edgeId]: { tasks: SOME('searchIndexing', 'storeMaintenance'), listeners: ALL } } })
    assert.ok(told(preview).includes('search: 32 node-1 → node-2'))
    assert.deepEqual((preview['nodes'] as unknown as JsonObject[]).map(({ hostname }) => hostname), ['edge'])
  })

  test('a role that a node waits for', async () => {
    const preview = await comesTrue({ create: { n: { name: 'later', tasks: ALL, listeners: NOTHING } } })
    const [node] = preview['nodes'] as unknown as JsonObject[]
    assert.deepEqual([node?.['hostname'], (node?.['dutiesAdded'] as Json[] | undefined)?.length], ['lost', 10])
  })

  test('a role that is in use goes', async () => {
    const later = (await list(asked, 'ClusterRole')).find(({ name }) => name === 'later')
    const preview = await comesTrue({ destroy: [String(later?.['id'])] })
    const found = (preview['findings'] as unknown as JsonObject[]).map(({ kind, subject }) => `${String(kind)} ${String(subject)}`)
    assert.ok(found.includes('unknownRole node-3') && found.includes('criticalLaneWithOneNode account'), found.join())
    assert.ok(!found.includes('criticalLaneWithOneNode search'), 'two nodes are left for it')
  })

  test('a change that moves nothing, and one that nobody uses', async () => {
    const nothing = { nodes: [], lanes: [], findings: [] }
    const same = (await list(asked, 'ClusterRole'))[0] ?? {}
    for (const args of [
      { update: { [edgeId]: { tasks: same['tasks'] ?? null } } }, { update: { [edgeId]: { description: 'Edge.' } } }, { create: { n: { name: 'unused', tasks: ALL, listeners: ALL } } },
    ]) {
      const { accountId: _, ...preview } = await set('preview', args)
      assert.deepEqual(preview, nothing, JSON.stringify(args))
    }
  })

  test('work that nobody would do', async () => {
    await asked.call([['x:ClusterRole/set', { create: { n: { name: 'asked-role', tasks: ALL, listeners: ALL } } }]])
    const preview = await set('preview', { update: { [edgeId]: { tasks: NOTHING } } })
    const lanes = preview['lanes'] as unknown as JsonObject[]
    assert.deepEqual(lanes.map(({ id, uncoveredBefore, uncoveredAfter }) => [id, uncoveredBefore, uncoveredAfter]), [['search', 0, 0], ['store', 0, 0]])
  })

  test('what set would refuse is refused with the same words, and with the field', async () => {
    const drafts: readonly JsonObject[] = [
      { create: { n: { tasks: ALL } } }, { create: { n: { name: 'edge', tasks: ALL } } }, { update: { [edgeId]: { tasks: SOME('cooking') } } },
      { update: { [edgeId]: { listeners: { '@type': 'EnableSome', listenerIds: { [edgeId]: true } } } } }, { update: { nobody: {} } },
      { update: { [edgeId]: { name: 'other' } } }, { destroy: ['nobody'] },
    ]
    for (const draft of drafts) {
      const { refused } = await set('preview', draft)
      const real = await set('set', draft)
      const [expected] = ['notCreated', 'notUpdated', 'notDestroyed'].flatMap(name => Object.values((real[name] ?? {}) as JsonObject))
      assert.ok(expected, JSON.stringify(real))
      assert.deepEqual(withoutIds(refused), withoutIds(expected), JSON.stringify(draft))
    }
    for (const args of [{}, { destroy: [] }, { destroy: ['a', 'b'] }, { create: { a: {} }, destroy: ['b'] }, { update: [] }]) {
      assert.equal(part(await set('preview', args), 'error')['type'], 'invalidArguments', JSON.stringify(args))
    }
  })
})

/** Ids are drawn anew at each try. */
function withoutIds(error: Json | undefined): Json {
  return JSON.parse(JSON.stringify(error ?? null).replace(/"existingId":"[^"]*"/, '"existingId":""')) as Json
}
