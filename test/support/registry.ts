/** The whole registry over a memory store with a virtual clock: the real objects and the real catalogue of tasks. */
import assert from 'node:assert/strict'
import { idSource } from '../../src/base/ids.ts'
import type { Id } from '../../src/base/ids.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { isJsonObject } from '../../src/base/json.ts'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { Catalogue } from '../../src/engine/catalogue.ts'
import { scheduleProblem } from '../../src/engine/queue/cron.ts'
import { isBuilt, type AnyVariant } from '../../src/engine/task-variant.ts'
import type { CallContext, Principal } from '../../src/registry/method.ts'
import type { FindingData } from '../../src/registry/objects/cluster-finding.ts'
import type { HeldLease, NodeData } from '../../src/registry/objects/cluster-node.ts'
import type { SchedulePort } from '../../src/registry/objects/schedule-rows.ts'
import { PLACEHOLDERS, standardObjects } from '../../src/registry/objects/standard-objects.ts'
import { taskParts, taskWaitingFor } from '../../src/registry/objects/task-backend.ts'
import type { ObjectDefinition } from '../../src/registry/schema/object.ts'
import { Registry } from '../../src/registry/registry.ts'
import type { ClusterObjects } from '../../src/server/cluster-port.ts'
import { backends, ownMethods } from '../../src/server/objects.ts'
import { schedulePort } from '../../src/server/schedule-port.ts'
import { taskPort } from '../../src/server/task-port.ts'
import type { TaskPortDeps } from '../../src/server/task-port.ts'
import { CertificateReader } from '../../src/services/certificates/certificate-reader.ts'
import { judgeDkimKey } from '../../src/services/dkim/dkim-key.ts'
import { MailStore } from '../../src/services/mailstore/mailstore.ts'
import type { Trace } from '../../src/services/ports.ts'
import { Traces } from '../../src/services/telemetry/traces.ts'
import { accountDepartures } from '../../src/server/account-departures.ts'
import { domainWork } from '../../src/server/domain-work.ts'
import { archivePort } from '../../src/server/archive-port.ts'
import { spamLessons, spamSamplePort } from '../../src/server/spam-sample-port.ts'
import { openMemoryStore } from '../../src/store/memory/store.ts'
import type { Tx } from '../../src/store/store.ts'
import { VARIANTS } from '../../src/tasks/catalogue.ts'
import { CLUSTER_TASK_TYPE } from '../../src/tasks/define.ts'
import { lanes } from '../../src/tasks/lanes.ts'

/** The real registry, but the work of every variant is built: it does nothing. */
export async function openRegistryWithAllWork() {
  const clock = new VirtualClock()
  const nothing = { limits: { runMsMax: 1_000, concurrencyPerNode: 1 }, run: async () => ({ kind: 'done' as const }), classify: () => ({ kind: 'fail' as const, why: 'never' }) }
  const variants = VARIANTS.map((variant: AnyVariant): AnyVariant => {
    if (isBuilt(variant)) return variant
    const { notBuilt: _reason, ...rest } = variant
    return { ...rest, ...nothing }
  })
  return new TestRegistry(clock, await openMemoryStore({ clock }), [], variants)
}

/** `more`: objects of the test's own; the administrator may do everything to them too. */
export async function openRegistry(...more: readonly ObjectDefinition<unknown, Tx>[]) {
  const clock = new VirtualClock()
  return new TestRegistry(clock, await openMemoryStore({ clock }), more)
}

export class TestRegistry {
  readonly clock: VirtualClock
  readonly store
  readonly objects
  readonly registry: Registry<Tx>
  readonly catalogue
  readonly ids
  readonly schedules: SchedulePort<Tx>
  /** The cluster as the store shows it. */
  nodes: NodeData[] = []
  leases: HeldLease[] = []
  findings: FindingData[] = []
  look = async () => ({ now: this.clock.now(), nodes: this.nodes, leases: this.leases })
  /** What the node that is asked knows of the cluster. */
  cluster: ReturnType<TaskPortDeps['cluster']> = null
  readonly #methods

  constructor(
    clock: VirtualClock, store: Awaited<ReturnType<typeof openMemoryStore>>, more: readonly ObjectDefinition<unknown, Tx>[],
    variants: readonly AnyVariant[] = VARIANTS,
  ) {
    this.clock = clock
    this.catalogue = new Catalogue(variants, lanes())
    this.store = store
    this.ids = idSource(1, clock)
    const tasks = taskPort<Tx>({ catalogue: this.catalogue, ids: this.ids, cluster: () => this.cluster, now: () => clock.now() })
    this.schedules = schedulePort<Tx>(() => clock.now())
    const mail = new MailStore<Tx>({ enqueue: () => Promise.resolve(), mayHaveData: () => Promise.resolve(true), ids: this.ids, clock: this.clock })
    this.objects = standardObjects<Tx>({
      variants, duties: CLUSTER_TASK_TYPE,
      secrets: {
        hashSecret: async text => `$fake$${text}`,
        newKey: () => 'the key of an account',
        newToken: ({ accountId, keyId }) => ({ token: `rota_${accountId}_${keyId}_key`, stored: '$fake$key' }),
      },
      departures: accountDepartures(this.catalogue, this.ids, () => this.registry),
      archive: archivePort(this.catalogue, this.ids, clock),
      mail, spam: { samples: spamSamplePort(store, mail, clock), lessons: spamLessons },
      waitingFor: taskWaitingFor(tasks),
      parts: taskParts(tasks),
      judgeCertificate: body => new CertificateReader({}).judge(body),
      judgeDkimKey: body => judgeDkimKey(body, {}),
      domainWork: domainWork(this.catalogue, this.ids, clock),
      schedules: this.schedules,
      scheduleProblem: (cron, timeZone) => scheduleProblem(cron, timeZone, clock.now()),
    })
    this.registry = new Registry<Tx>({
      objects: [...this.objects.all, ...more], backends: backends(tasks, this.#cluster(), this.catalogue), methods: ownMethods(tasks, this.objects),
      placeholders: PLACEHOLDERS, store, ids: this.ids, clock,
    })
    this.#methods = this.registry.methods()
  }

  #cluster(): ClusterObjects<Tx> {
    return {
      lanes: lanes(),
      look: () => this.look(),
      findings: async () => this.findings,
      requestDrain: async (_tx, nodeId, startedAt) => {
        const asked = ({ nodeId: id, live }: NodeData) => id === nodeId && live?.startedAt === startedAt
        if (!this.nodes.some(asked)) return false
        this.nodes = this.nodes.map(node => asked(node) && node.live ? { ...node, live: { ...node.live, draining: true } } : node)
        return true
      },
    }
  }

  /** Somebody who may do what is named; without names, everything. */
  principal(
    permissions: Iterable<string> = this.registry.permissions().map(({ name }) => name),
    accountId: Id = '0000000000001',
  ): Principal {
    return { accountId, name: 'tester', permissions: new Set(permissions) }
  }

  context(principal = this.principal()): CallContext {
    return { principal, createdIds: new Map() }
  }

  /** The reply of `x:<name>`, as it goes over the wire. */
  async call(name: string, args: JsonObject, context = this.context()): Promise<JsonObject> {
    const method = this.#methods.get(`x:${name}`)
    assert(method, `no method x:${name}`)
    return JSON.parse(JSON.stringify(await method(args, context))) as JsonObject
  }

  /** The id of a new object; fails with what was refused. */
  async create(object: string, body: JsonObject, context = this.context()): Promise<Id> {
    const reply = await this.call(`${object}/set`, { create: { new: body } }, context)
    const id = at(reply, 'created', 'new', 'id')
    assert(typeof id === 'string', JSON.stringify(reply))
    return id
  }

  /** What a creation was refused with. */
  async refused(object: string, body: JsonObject, context = this.context()): Promise<JsonObject> {
    return part(await this.call(`${object}/set`, { create: { new: body } }, context), 'notCreated', 'new')
  }

  /** What a change was refused with. */
  async refusedUpdate(object: string, id: Id, patch: Json, context = this.context()): Promise<JsonObject> {
    return part(await this.call(`${object}/set`, { update: { [id]: patch } }, context), 'notUpdated', id)
  }

  async update(object: string, id: Id, patch: JsonObject, context = this.context()): Promise<JsonObject | null> {
    const reply = await this.call(`${object}/set`, { update: { [id]: patch } }, context)
    const updated = part(reply, 'updated')
    assert(Object.hasOwn(updated, id), JSON.stringify(reply))
    return updated[id] as JsonObject | null
  }

  async get(object: string, id: Id, context = this.context()): Promise<JsonObject> {
    const reply = await this.call(`${object}/get`, { ids: [id] }, context)
    return part(reply, 'list', '0')
  }

  /** As if that much mail had been delivered to the account. */
  async deliver(accountId: Id, octets: number): Promise<void> {
    await this.store.transact(async tx => {
      const { tenantId } = await tx.usage.add(accountId, { octets, emails: 1 })
      if (tenantId !== null) await tx.usage.add(tenantId, { octets, emails: 1 })
    })
  }

  /** As if the mail of which they tell had come: kept, and found by their words. */
  async keepTraces(made: readonly Trace[]): Promise<void> {
    const traces = new Traces({ store: this.store, enqueue: () => Promise.resolve() })
    await traces.keep(made)
    await traces.index(made.map(({ id }) => id), new AbortController().signal)
  }

  async query(object: string, args: JsonObject = {}, context = this.context()): Promise<Id[]> {
    return (await this.call(`${object}/query`, args, context))['ids'] as unknown as Id[]
  }

  async task(variant: string, body: JsonObject = {}): Promise<Id> {
    return this.create('Task', { '@type': variant, ...body })
  }
}

export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((inner, key) => (inner as JsonObject | undefined)?.[key], value)
}

export function part(value: Json | undefined, ...path: readonly string[]): JsonObject {
  const inner = at(value, ...path)
  assert(isJsonObject(inner), `${path.join('/')} is missing in ${JSON.stringify(value)}`)
  return inner
}
