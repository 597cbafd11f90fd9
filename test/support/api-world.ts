/** The engine of engine.ts with the registry's Task, Schedule and TaskRun over the same store, as a server joins them. */
import { assert } from '../../src/base/assert.ts'
import { enumType } from '../../src/base/fields.ts'
import { idSource } from '../../src/base/ids.ts'
import type { Id } from '../../src/base/ids.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { EngineNode } from '../../src/engine/cluster/node.ts'
import { scheduleProblem } from '../../src/engine/queue/cron.ts'
import type { AnyVariant, RunContext } from '../../src/engine/task-variant.ts'
import { scheduleObject } from '../../src/registry/objects/schedule.ts'
import { taskParts, taskWaitingFor } from '../../src/registry/objects/task-backend.ts'
import { taskObject } from '../../src/registry/objects/task.ts'
import { taskFailureObject } from '../../src/registry/objects/task-failure.ts'
import { taskRunCountObject } from '../../src/registry/objects/task-run-count.ts'
import { taskRunObject } from '../../src/registry/objects/task-run.ts'
import { Registry } from '../../src/registry/registry.ts'
import { clusterPort } from '../../src/server/cluster-port.ts'
import { backends, ownMethods } from '../../src/server/objects.ts'
import { schedulePort } from '../../src/server/schedule-port.ts'
import { taskPort } from '../../src/server/task-port.ts'
import type { Tx } from '../../src/store/store.ts'
import { ALL_DUTIES, world, type World } from './engine.ts'
import { at, part } from './registry.ts'

export interface ApiWorld extends World {
  /** Starts a node. The first one is the one that is asked. */
  started(...args: Parameters<World['node']>): Promise<EngineNode>
  call(name: string, args: JsonObject): Promise<JsonObject>
  create(object: string, body: JsonObject): Promise<Id>
  /** Undefined: there is no such object. */
  get(object: string, id: Id): Promise<JsonObject | undefined>
  update(object: string, id: Id, patch: JsonObject): Promise<void>
  destroy(object: string, id: Id): Promise<void>
}

/** Runs a test in a world whose nodes are all stopped at the end. */
export async function inApiWorld(variants: readonly AnyVariant[], body: (here: ApiWorld) => Promise<void>): Promise<void> {
  const here = await world(variants)
  const nodes: EngineNode[] = []
  const call = caller(here, variants, () => nodes[0])
  try {
    await body({
      ...here,
      call,
      async started(...args) {
        const node = here.node(...args)
        nodes.push(node)
        await node.start()
        await here.clock.advance(10)
        return node
      },
      async create(object, made) {
        const reply = await call(`${object}/set`, { create: { new: made } })
        const id = at(reply, 'created', 'new', 'id')
        assert(typeof id === 'string', JSON.stringify(reply))
        return id
      },
      get: async (object, id) => at(await call(`${object}/get`, { ids: [id] }), 'list', '0') as JsonObject | undefined,
      async update(object, id, patch) {
        const reply = await call(`${object}/set`, { update: { [id]: patch } })
        assert(Object.hasOwn(part(reply, 'updated'), id), JSON.stringify(reply))
      },
      async destroy(object, id) {
        const reply = await call(`${object}/set`, { destroy: [id] })
        assert(at(reply, 'destroyed', '0') === id, JSON.stringify(reply))
      },
    })
  } finally {
    const stops = nodes.map(node => node.stop(1_000))
    await here.clock.advance(60_000)
    await Promise.all(stops)
    await here.store.close()
  }
}

function caller({ store, catalogue, clock }: World, variants: readonly AnyVariant[], asked: () => EngineNode | undefined) {
  const ids = idSource(1_022, clock)
  const tasks = taskPort<Tx>({ catalogue, ids, cluster: () => asked()?.incarnation?.view ?? null, now: () => clock.now() })
  const cluster = clusterPort<Tx>({ lanes: [...catalogue.lanes.values()], alone: false, roles: async () => new Set() })
  const duties = enumType('ClusterTaskType', ALL_DUTIES.map(name => ({ name, label: name })))
  const types = enumType('TaskType', variants.map(({ name, label }) => ({ name, label })))
  const registry = new Registry<Tx>({
    objects: [
      taskObject<Tx>(variants, { duties, waitingFor: taskWaitingFor(tasks), parts: taskParts(tasks), variantHooks: {} }),
      scheduleObject<Tx>(variants, (cron, timeZone) => scheduleProblem(cron, timeZone, clock.now()), schedulePort<Tx>(() => clock.now())),
      taskRunObject(types),
      taskRunCountObject(types),
      taskFailureObject(types),
    ],
    backends: backends(tasks, cluster, catalogue), methods: ownMethods(tasks, { hookedVariants: new Set() }), placeholders: [], store, ids, clock,
  })
  const methods = registry.methods()
  const permissions = new Set(registry.permissions().map(({ name }) => name))
  return async (name: string, args: JsonObject): Promise<JsonObject> => {
    const method = methods.get(`x:${name}`)
    assert(method, `no method x:${name}`)
    const context = { principal: { accountId: '0000000000001', name: 'tester', permissions }, createdIds: new Map<string, Id>() }
    return JSON.parse(JSON.stringify(await method(args, context))) as JsonObject
  }
}

/** A run that ends when the test says so, or when its signal aborts. */
export function door() {
  const opened = Promise.withResolvers<void>()
  return {
    open: () => { opened.resolve() },
    async pass(context: RunContext<unknown>): Promise<{ kind: 'done' }> {
      await Promise.race([opened.promise, new Promise(resolve => { context.signal.addEventListener('abort', resolve, { once: true }) })])
      context.signal.throwIfAborted()
      return { kind: 'done' }
    },
  }
}

/** Values of a property, newest run first. */
export async function runsOf({ call }: Pick<ApiWorld, 'call'>, taskId: Id, property: string): Promise<(Json | undefined)[]> {
  const { ids } = await call('TaskRun/query', { filter: { taskId } })
  const { list } = await call('TaskRun/get', { ids: ids ?? null })
  return (list as unknown as JsonObject[]).map(run => run[property])
}
