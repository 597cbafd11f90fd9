/**
 * The composition root: one node from its environment. It builds the parts and ties them together; what needs a decision
 * has a file of its own beside this one.
 *
 * Start: store → role and settings → join → first objects → listeners → watching. A part that cannot start takes
 * the node down with a message, except listeners: an address in use is reported and tried again while the rest runs.
 * Stop: watching, listeners and node end side by side, so that a store that hangs keeps no listener open; the store
 * closes last. A start that is under way ends at its next step.
 */
import { fileURLToPath } from 'node:url'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Random } from '../base/random.ts'
import type { Service } from '../base/service.ts'
import { assert } from '../base/assert.ts'
import type { IdSource } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { Finding } from '../engine/assign/findings.ts'
import { Catalogue } from '../engine/catalogue.ts'
import { DRAIN_LIMIT_MS, EngineNode } from '../engine/cluster/node.ts'
import { enabledDuties, listenerEnabled } from '../engine/cluster/role.ts'
import { LEASE_TIMES } from '../engine/lease/lease.ts'
import type { NodeState } from '../engine/ports/node.ts'
import { RETRY_DEFAULTS, retrySettings, type RetrySettings } from '../base/retry-plan.ts'
import { JmapEndpoint } from '../jmap/endpoint.ts'
import { coreEcho } from '../jmap/methods/core-echo.ts'
import { mailMethods } from '../jmap/methods/mail.ts'
import { REGISTRY_CAPABILITY, type Capability } from '../jmap/session.ts'
import { HealthServer } from '../listeners/health/health-server.ts'
import { readConsole } from '../listeners/http/console/console-files.ts'
import { createHttpHandler, type HttpHandler } from '../listeners/http/http-handler.ts'
import { httpProtocol } from '../listeners/http-server.ts'
import { mailProtocols } from '../listeners/mail/mail-server.ts'
import { ListenerManager, type ListenerState } from '../listeners/manager.ts'
import { SelfMadeCertificate } from '../listeners/tls/certificate.ts'
import { Certificates } from '../listeners/tls/certificates.ts'
import { startSchedules } from '../registry/objects/start-schedules.ts'
import { taskManager } from '../registry/objects/task-manager.ts'
import { Auth } from '../services/auth/auth.ts'
import { OAuth } from '../services/auth/oauth/oauth.ts'
import { CertificateReader } from '../services/certificates/certificate-reader.ts'
import type { Variables } from '../services/certificates/pem-source.ts'
import { LiveChanges } from '../services/live/live-changes.ts'
import { SPAM_FILTER_NAMES } from '../services/spam/filter.ts'
import { TraceRecorder } from '../services/telemetry/trace-recorder.ts'
import type { Principal } from '../registry/method.ts'
import type { Store, Tx } from '../store/store.ts'
import { VARIANTS } from '../tasks/catalogue.ts'
import { DUTIES } from '../tasks/define.ts'
import { lanes } from '../tasks/lanes.ts'
import { ADMIN_NAME, bootstrap, FIRST_DOMAIN, type Bootstrap } from './bootstrap.ts'
import { chores } from './chores.ts'
import { certificateStore } from './certificate-store.ts'
import { contentPort } from './content-port.ts'
import type { Environment } from './env.ts'
import { healthChecks } from './health-checks.ts'
import { RememberingLog } from './last-error.ts'
import { liveObjects, LiveSource } from './live.ts'
import { LocalLogin } from './local-login.ts'
import { buildMail, type Mail } from './mail.ts'
import { metricsWork } from './metrics-work.ts'
import { nodeInfo } from './node-info.ts'
import { buildObjects, type Objects } from './objects.ts'
import { schedulePort } from './schedule-port.ts'
import { RoleWatch } from './role-watch.ts'
import { VERSION } from './version.ts'
import { ObjectWatcher } from './watcher.ts'

/** RFC 8621 §1.3.1. */
const MAIL_CAPABILITY: Capability = { urn: 'urn:ietf:params:jmap:mail', session: {}, ofGroups: true, account: { mayCreateTopLevelMailbox: false, emailQuerySortOptions: ['receivedAt'] } }
/** The account of the local token when the first administrator was removed: it may administer, and has no mail. */
const NOBODY = '0'.repeat(13)
const IGNORED_SHOWN_MAX = 20
/** Where its build step leaves the web console. */
const CONSOLE_FOLDER = fileURLToPath(new URL('../../webui/dist', import.meta.url))

export interface ServerDeps {
  readonly environment: Environment
  /** Of this process: certificates may be read from variables that only their objects know. Secrets are in it. */
  readonly variables: Variables
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

export class Server implements Service {
  readonly #deps: ServerDeps
  readonly #log: RememberingLog
  readonly #node: EngineNode
  readonly #mail: Mail
  readonly #traces: TraceRecorder
  readonly #changes: LiveChanges
  readonly #live: LiveSource
  readonly #objects: Objects
  readonly #auth: OAuth
  readonly #role: RoleWatch
  readonly #watcher: ObjectWatcher
  readonly #selfMade: SelfMadeCertificate
  readonly #certificates: Certificates
  /** Of the roles that there are; null until they were read. */
  #roleNames: ReadonlySet<string> | null = null
  #http: HttpHandler | null = null
  #listeners: ListenerManager | null = null
  #health: HealthServer | null = null
  #login: LocalLogin | null = null
  #settings: RetrySettings = RETRY_DEFAULTS
  #firstStart: Bootstrap = { first: false, password: null }
  readonly #end = new AbortController()
  /** Resolves when `start` has ended, however it did. */
  #startOver: Promise<void> = Promise.resolve()
  #stopping: Promise<void> | null = null
  #hurried = false

  constructor(deps: ServerDeps) {
    const { environment, store, clock, random } = deps
    this.#deps = deps
    this.#log = new RememberingLog(deps.log)
    const catalogue = new Catalogue(VARIANTS, lanes())
    const runDeps: Partial<Mail> = {}
    const nodeIds: IdSource = { next: () => this.#node.ids.next() }
    this.#node = new EngineNode({
      store, catalogue, clock, random, log: this.#log, times: LEASE_TIMES, runDeps, chores: chores({ store, catalogue, ids: nodeIds }),
      slotWork: [metricsWork({ store, catalogue, ids: nodeIds })],
      hostname: environment.hostname, nodeId: environment.legacyScheme?.nodeId ?? null, version: VERSION, alone: store.kind !== 'postgres',
      settings: () => this.#settings, nodeState: () => this.#nodeState(),
      onlooker: { ran: ids => { this.#live.ran(ids) }, recorded: () => { this.#live.recorded() }, planned: view => { this.#live.planned(view) } },
    })
    const { ids, storeClock } = this.#node
    this.#changes = new LiveChanges(ids.next(), clock)
    this.#live = new LiveSource(store.wakeups, this.#changes, clock)
    this.#mail = buildMail(store, catalogue, ids, storeClock, () => this.#node.incarnation?.id, deps.variables)
    Object.assign(runDeps, this.#mail)
    this.#traces = new TraceRecorder({ traces: this.#mail.traces, ids, clock: storeClock, log: this.#log })
    const reader = new CertificateReader(deps.variables)
    this.#objects = buildObjects({ store, catalogue, ids, clock: storeClock, mailStore: this.#mail.mailStore, certificates: reader, variables: deps.variables, cluster: () => this.#node.incarnation?.view ?? null })
    const auth = new Auth({ store, directory: this.#mail.directory, permissionsOf: this.#objects.permissionsOf, clock: storeClock, log: this.#log })
    this.#auth = new OAuth({ store, auth, ids, clock: storeClock, log: this.#log })
    this.#selfMade = new SelfMadeCertificate({ hostname: environment.hostname, store: certificateStore(store, environment.hostname), clock, log: this.#log })
    this.#certificates = new Certificates({ hostname: environment.hostname, selfMade: this.#selfMade, challenges: this.#mail.challenges, reader, clock, log: this.#log })
    this.#role = new RoleWatch({ name: environment.role, log: this.#log, roles: () => this.#roles() })
    this.#watcher = new ObjectWatcher(store, clock, this.#log, [
      { names: ['TaskManager'], changed: () => this.#readSettings() },
      // Before the listeners: their first handshake gets the right one.
      { names: [this.#objects.standard.certificate.name], changed: () => this.#readCertificates() },
      // Before the listeners too: the first message is judged like the others.
      { names: SPAM_FILTER_NAMES, changed: () => this.#readSpamFilter() },
      { names: ['ClusterRole', 'NetworkListener'], changed: () => this.#readRoleAndListeners() },
    ])
  }

  get listeners(): readonly ListenerState[] { return this.#listeners?.state() ?? [] }
  /** Resolves when an administrator has asked this node to drain: whoever started it should stop it now. */
  get drainAsked(): Promise<void> { return this.#node.drainAsked }
  get firstStart(): Bootstrap { return this.#firstStart }
  /** Calls `changed` after every change of a listener of the node, which has started. */
  onListeners(changed: () => void): void {
    assert(this.#listeners, 'the server has not started')
    this.#listeners.onChange(changed)
  }

  /** For node.json. */
  get localToken(): string {
    assert(this.#login, 'the server has not started')
    return this.#login.token
  }

  /** Rejects with an AbortError when `stop` is called before it has ended. */
  start(): Promise<void> {
    const started = this.#start()
    this.#startOver = started.then(() => undefined, () => undefined)
    return started
  }

  async #start(): Promise<void> {
    const { environment, store } = this.#deps
    this.#sayWhatIsIgnored()
    await this.#startHealth()
    if (environment.role !== null) await this.#role.refresh()
    // Before the first run: under the defaults a task may fail for good that has attempts left.
    await this.#readSettings()
    await this.#node.start()
    this.#firstStart = await bootstrap(store, this.#objects, environment.adminPassword)
    await startSchedules<Tx>(store, schedulePort(() => this.#node.storeClock.now()))
    this.#end.signal.throwIfAborted()
    await this.#selfMade.start()
    await this.#certificates.start()
    this.#login = new LocalLogin(this.#auth, await this.#administrator())
    this.#http = await this.#openHttp(this.#login)
    this.#end.signal.throwIfAborted()
    await this.#traces.start()
    this.#listeners = this.#openListeners(this.#http)
    this.#listeners.onChange(() => { this.#node.announce() })
    await this.#watcher.start()
  }

  #sayWhatIsIgnored(): void {
    const ignored = this.#deps.environment.legacyScheme?.ignored ?? []
    if (ignored.length > 0) this.#log.warn({ ignored: ignored.slice(0, IGNORED_SHOWN_MAX) }, 'of ROTA_CONFIG only cluster.node-id and cluster.roles are read')
  }

  /** Finishes what runs within the drain limit; `hurry` cuts that short. May be called twice. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  /** Cuts a stop short: what runs is aborted, connections in use are closed. */
  hurry(): void {
    this.#hurried = true
    this.#node.hurry()
    this.#deps.store.interrupt()
    this.#listeners?.hurry()
  }

  async #stop(): Promise<void> {
    this.#end.abort()
    try {
      await this.#stopParts()
    } finally {
      // Whoever needs an answer has it by now: what is still asked is upkeep that its stop did not wait for.
      this.#deps.store.interrupt()
      await this.#deps.store.close()
    }
  }

  async #stopParts(): Promise<void> {
    const closed = this.#listeners?.stop()
    const parts = Promise.allSettled([
      this.#startOver.then(() => this.#watcher.stop()), closed, this.#node.stop(DRAIN_LIMIT_MS, Promise.allSettled([closed])),
    ])
    if (this.#hurried) this.#listeners?.hurry()
    const ends = await parts
    await this.#traces.stop()
    await this.#http?.close()
    this.#live.stop()
    this.#changes.stop()
    await this.#certificates.stop()
    await this.#selfMade.stop()
    await this.#health?.stop()
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  }

  #nodeState(): NodeState {
    const { role, pushShard, pushShards, legacyScheme } = this.#deps.environment
    return {
      role, duties: enabledDuties(this.#role.role, DUTIES).filter(duty => !legacyScheme?.withoutDuties.has(duty)), pushShard,
      sharding: { pushShards, lanes: legacyScheme?.lanes ?? {} },
      draining: this.#node.phase === 'draining', info: this.#nodeInfo(),
    }
  }

  #nodeInfo(): JsonObject {
    const { incarnation } = this.#node
    return nodeInfo({
      listeners: this.listeners, binds: this.#deps.environment.listenerBinds, runningTasks: incarnation?.running.length ?? 0,
      clockOffsetMs: incarnation?.clockOffsetMs ?? null, lastError: this.#log.lastError, certificates: this.#certificates.report().unreadable, spamProblem: this.#mail.spamFilter.problem,
    })
  }

  /** As this node last saw the cluster. */
  #findings(): readonly Finding[] {
    const view = this.#node.incarnation?.view
    return view && this.#roleNames ? this.#objects.findings(view.nodes, this.#roleNames) : []
  }

  async #roles(): Promise<readonly JsonObject[]> {
    const { registry, standard } = this.#objects
    return (await this.#deps.store.read(tx => registry.all(tx, standard.clusterRole))).map(role => role.value)
  }

  async #readSettings(): Promise<void> {
    this.#settings = retrySettings(await this.#deps.store.read(tx => this.#objects.registry.singleton(tx, taskManager)))
  }

  async #readCertificates(): Promise<void> {
    const { registry, standard } = this.#objects
    await this.#certificates.apply(await this.#deps.store.read(tx => registry.all(tx, standard.certificate)))
    this.#node.announce()
  }

  async #readSpamFilter(): Promise<void> {
    const before = this.#mail.spamFilter.problem
    await this.#mail.spamFilter.reload()
    if (this.#mail.spamFilter.problem !== before) this.#node.announce()
  }

  async #readRoleAndListeners(): Promise<void> {
    await this.#role.refresh()
    this.#roleNames = new Set((await this.#roles()).map(role => String(role['name'])))
    this.#node.announce()
    const all = await this.#deps.store.read(tx => this.#objects.listeners(tx))
    await this.#listeners?.apply(all.filter(({ id }) => listenerEnabled(this.#role.role, id)))
  }

  async #administrator(): Promise<Principal> {
    const account = await this.#mail.directory.login(`${ADMIN_NAME}@${FIRST_DOMAIN}`)
    return { accountId: account?.accountId ?? NOBODY, name: ADMIN_NAME, permissions: this.#objects.standard.roles.Admin }
  }

  async #openHttp(auth: LocalLogin): Promise<HttpHandler> {
    const { store } = this.#deps
    const { mailStore, indexing, imports, challenges } = this.#mail
    const { registry } = this.#objects
    const methods = new Map([['Core/echo', coreEcho], ...registry.methods(), ...mailMethods<Tx>({ store, mailStore, indexing, imports })])
    const jmap = new JmapEndpoint({ methods, log: this.#log, ids: this.#node.ids, clock: this.#deps.clock, capabilities: [REGISTRY_CAPABILITY, MAIL_CAPABILITY] })
    return createHttpHandler({
      jmap, auth, oauth: this.#auth, schema: registry.schemaDocument(), log: this.#log, ids: this.#node.ids,
      console: await readConsole(CONSOLE_FOLDER, this.#log), live: { changes: this.#changes, objects: liveObjects(registry.objects), clock: this.#deps.clock },
      challenge: token => challenges.overHttp(token), ...contentPort(store, this.#mail),
    })
  }

  #openListeners(http: HttpHandler): ListenerManager {
    const { environment, clock } = this.#deps
    const mail = mailProtocols({
      hostname: environment.hostname, sink: this.#mail.delivery, clock: this.#node.storeClock, log: this.#log,
      traces: { record: trace => { this.#traces.record(trace) }, accountId: ({ accountId }) => accountId },
    })
    return new ListenerManager({
      protocols: { http: httpProtocol(http.handler), ...mail },
      binds: environment.listenerBinds, certificate: this.#certificates, clock, log: this.#log,
    })
  }

  async #startHealth(): Promise<void> {
    const { environment, clock, store } = this.#deps
    if (environment.healthBind === null) return
    const checks = healthChecks({
      store, role: () => this.#role.role, listeners: () => this.listeners, unmatchedBinds: () => this.#listeners?.unmatchedBinds ?? [],
      certificates: () => this.#certificates.report(), spamProblem: () => this.#mail.spamFilter.problem, now: () => clock.now(),
      phase: () => this.#node.phase, trusted: () => this.#node.incarnation?.trusted ?? false,
      findings: () => this.#findings(),
    })
    this.#health = new HealthServer({ bind: environment.healthBind, checks, clock, log: this.#log })
    await this.#health.start()
  }
}
